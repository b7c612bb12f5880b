package io.lavastream.engine.model.layers;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceMax;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** Scaled dot-product attention; queries come in already scaled. */
public final class Attention {
    private Attention() {}

    /**
     * Attention without a mask.
     *
     * @param queries [heads, rows, headSize]
     * @param keys [heads, positions, headSize]
     * @param values [heads, positions, headSize]
     * @return [heads, rows, headSize]
     */
    public static Operand<TFloat32> full(
            Ops tf, Operand<TFloat32> queries, Operand<TFloat32> keys, Operand<TFloat32> values) {
        return product(tf, tf.nn.softmax(scores(tf, queries, keys)), values);
    }

    /**
     * Attention of several rows over the positions that {@code mask} leaves them.
     *
     * @param queries [keyValueHeads, group, rows, headSize]
     * @param keys [keyValueHeads, 1, positions, headSize]
     * @param values [keyValueHeads, 1, positions, headSize]
     * @param mask [rows, positions]: zero, or minus infinity where a row must not look
     * @return [keyValueHeads, group, rows, headSize]
     */
    public static Operand<TFloat32> masked(
            Ops tf,
            Operand<TFloat32> queries,
            Operand<TFloat32> keys,
            Operand<TFloat32> values,
            Operand<TFloat32> mask) {
        Operand<TFloat32> scores = tf.math.add(scores(tf, queries, keys), mask);
        return product(tf, tf.nn.softmax(scores), values);
    }

    /**
     * Attention of one row over keys and values in the cache's own layout, so that nothing is
     * copied: the softmax runs over two dimensions.
     *
     * @param queries [1, keyValueHeads, group, headSize]
     * @param keys [chunks, keyValueHeads, positions, headSize]
     * @param values [chunks, keyValueHeads, positions, headSize]
     * @param mask [chunks, 1, 1, positions]: zero, or minus infinity where the row must not look
     * @return [keyValueHeads, group, headSize]
     */
    public static Operand<TFloat32> chunked(
            Ops tf,
            Operand<TFloat32> queries,
            Operand<TFloat32> keys,
            Operand<TFloat32> values,
            Operand<TFloat32> mask) {
        Operand<TInt32> positions = tf.constant(new int[] {0, 3});
        Operand<TFloat32> scores = tf.math.add(scores(tf, queries, keys), mask);
        Operand<TFloat32> max = tf.reduceMax(scores, positions, ReduceMax.keepDims(true));
        Operand<TFloat32> shares = tf.math.exp(tf.math.sub(scores, max));
        Operand<TFloat32> weighted = tf.reduceSum(product(tf, shares, values), tf.constant(0));
        Operand<TFloat32> sum = tf.reduceSum(shares, positions);
        return tf.math.div(weighted, tf.expandDims(sum, tf.constant(2)));
    }

    /** Zero where {@code allowed}, else minus infinity. */
    public static Operand<TFloat32> mask(Ops tf, Operand<TBool> allowed) {
        return tf.select(allowed, tf.constant(0f), tf.constant(Float.NEGATIVE_INFINITY));
    }

    private static Operand<TFloat32> scores(
            Ops tf, Operand<TFloat32> queries, Operand<TFloat32> keys) {
        return tf.train.batchMatMul(queries, keys, TFloat32.class, BatchMatMul.adjY(true));
    }

    private static Operand<TFloat32> product(
            Ops tf, Operand<TFloat32> shares, Operand<TFloat32> values) {
        return tf.train.batchMatMul(shares, values, TFloat32.class);
    }
}
