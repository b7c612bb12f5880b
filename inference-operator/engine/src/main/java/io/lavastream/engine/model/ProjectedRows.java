package io.lavastream.engine.model;

import io.lavastream.engine.checkpoint.LlamaConfig;
import io.lavastream.engine.model.layers.RotaryEmbedding;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * What some rows bring to the attention of a layer.
 *
 * @param projected [rows, (heads + 2 * keyValueHeads) * headSize]: queries, then keys, then values, as the product made them
 * @param rotary by which queries and keys turn
 */
record ProjectedRows(
        Ops tf, Operand<TFloat32> projected, RotaryEmbedding rotary, LlamaConfig config) {
    /**
     * Them as operations of TensorFlow.
     *
     * @param queries [rows, keyValueHeads, group, headSize], turned and scaled
     * @param keys [rows, keyValueHeads, headSize], turned
     * @param values [rows, keyValueHeads, headSize]
     */
    record Parts(Operand<TFloat32> queries, Operand<TFloat32> keys, Operand<TFloat32> values) {}

    /** Cuts and turns them. */
    Parts parts() {
        int heads = config.heads();
        int keyValueHeads = config.keyValueHeads();
        int size = config.headSize();
        Operand<TFloat32> byHead =
                tf.reshape(projected, tf.constant(new int[] {-1, heads + 2 * keyValueHeads, size}));
        List<Output<TFloat32>> parts = split(byHead, heads + keyValueHeads, keyValueHeads);
        List<Output<TFloat32>> turned = split(rotary.apply(tf, parts.get(0)), heads, keyValueHeads);
        Operand<TFloat32> queries =
                tf.reshape(
                        tf.math.mul(turned.get(0), tf.constant((float) (1 / Math.sqrt(size)))),
                        tf.constant(new int[] {-1, keyValueHeads, heads / keyValueHeads, size}));
        return new Parts(queries, turned.get(1), parts.get(1));
    }

    /** Cuts {@code x} in two along dimension 1. */
    private List<Output<TFloat32>> split(Operand<TFloat32> x, int first, int second) {
        return tf.splitV(x, tf.constant(new int[] {first, second}), tf.constant(1), 2L).output();
    }
}
