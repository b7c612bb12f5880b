package io.lavastream.engine.model.layers;

import static io.lavastream.engine.model.layers.Precision.as;

import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceMax;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * Scaled dot-product attention; queries come in already scaled. Products are made in the type of keys and values, all else in
 * float32.
 */
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
     * Attention of several rows over the positions that {@code mask} leaves them; as many of them
     * side by side as the leading dimensions say.
     *
     * @param queries [..., rows, headSize]
     * @param keys [..., positions, headSize]
     * @param values [..., positions, headSize]
     * @param mask [..., rows, positions]: zero, or minus infinity where a row must not look
     * @return [..., rows, headSize]
     */
    public static <T extends TNumber> Operand<TFloat32> masked(
            Ops tf,
            Operand<TFloat32> queries,
            Operand<T> keys,
            Operand<T> values,
            Operand<TFloat32> mask) {
        Operand<TFloat32> scores = tf.math.add(scores(tf, queries, keys), mask);
        return product(tf, tf.nn.softmax(scores), values);
    }

    /**
     * Attention of single rows, each over chunks of its own, in the cache's own layout, so that nothing is copied: scores and
     * weighted sums are made chunk by chunk, and joined for each row.
     *
     * @param queries [rows, keyValueHeads, group, headSize]
     * @param keys [chunks, keyValueHeads, positions, headSize]
     * @param values [chunks, keyValueHeads, positions, headSize]
     * @param mask [chunks, 1, 1, positions]: zero, or minus infinity where the row must not look
     * @param owners [chunks], the row that each belongs to
     * @param rows how many, a scalar; a row without chunks finds zeros
     * @return [rows, keyValueHeads, group, headSize]
     */
    public static <T extends TNumber> Operand<TFloat32> chunked(
            Ops tf,
            Operand<TFloat32> queries,
            Operand<T> keys,
            Operand<T> values,
            Operand<TFloat32> mask,
            Operand<TInt32> owners,
            Operand<TInt32> rows) {
        Operand<TInt32> first = tf.constant(0);
        Operand<TInt32> positions = tf.constant(3);
        Operand<TFloat32> own = tf.gather(queries, owners, first);
        Operand<TFloat32> scores = tf.math.add(rowProduct(tf, own, keys, true), mask);
        Operand<TFloat32> max =
                tf.math.unsortedSegmentMax(
                        tf.reduceMax(scores, positions, ReduceMax.keepDims(true)), owners, rows);
        Operand<TFloat32> shares = tf.math.exp(tf.math.sub(scores, tf.gather(max, owners, first)));
        Operand<TFloat32> sum =
                tf.math.unsortedSegmentSum(
                        tf.reduceSum(shares, positions, ReduceSum.keepDims(true)), owners, rows);
        Operand<TFloat32> weighted =
                tf.math.unsortedSegmentSum(rowProduct(tf, shares, values, false), owners, rows);
        return tf.math.divNoNan(weighted, sum);
    }

    /**
     * What {@link #masked} takes where each row may look at columns up to its own, [rows, columns]. Compared in float32, in which
     * positions are exact: a GPU's host would compare integers.
     *
     * @param last [rows], the last column of each
     * @param columns how many there are, a scalar
     */
    public static Operand<TFloat32> upTo(Ops tf, Operand<TInt32> last, Operand<TInt32> columns) {
        Operand<TInt32> all = tf.range(tf.constant(0), columns, tf.constant(1));
        return mask(
                tf,
                tf.math.greaterEqual(
                        tf.expandDims(as(tf, last, TFloat32.class), tf.constant(1)),
                        tf.expandDims(as(tf, all, TFloat32.class), tf.constant(0))));
    }

    /** Zero where {@code allowed}, else minus infinity. */
    public static Operand<TFloat32> mask(Ops tf, Operand<TBool> allowed) {
        return tf.select(allowed, tf.constant(0f), tf.constant(Float.NEGATIVE_INFINITY));
    }

    private static <T extends TNumber> Operand<TFloat32> scores(
            Ops tf, Operand<TFloat32> queries, Operand<T> keys) {
        return product(tf, queries, keys, true);
    }

    private static <T extends TNumber> Operand<TFloat32> product(
            Ops tf, Operand<TFloat32> shares, Operand<T> values) {
        return product(tf, shares, values, false);
    }

    /**
     * Version 2 of the operation, for which TensorFlow for Java has no class. Version 3, which it has, lacks a kernel for binary16
     * on a CPU, and is not among those that TensorFlow replaces by oneDNN's where that is switched on: twice as fast for many
     * rows.
     */
    private static <T extends TNumber> Operand<TFloat32> product(
            Ops tf, Operand<TFloat32> x, Operand<T> y, boolean transposed) {
        Class<T> type = y.type();
        Output<T> product =
                tf.scope()
                        .opBuilder("BatchMatMulV2", "BatchMatMul")
                        .addInput(as(tf, x, type).asOutput())
                        .addInput(y.asOutput())
                        .setAttr("adj_y", transposed)
                        .build()
                        .output(0);
        return as(tf, product, TFloat32.class);
    }

    /** As {@link #product}; version 3 where it can be, as oneDNN takes longer for a single row. */
    private static <T extends TNumber> Operand<TFloat32> rowProduct(
            Ops tf, Operand<TFloat32> row, Operand<T> y, boolean transposed) {
        return y.type().equals(TFloat32.class)
                ? tf.train.batchMatMul(row, y, TFloat32.class, BatchMatMul.adjY(transposed))
                : product(tf, row, y, transposed);
    }
}
