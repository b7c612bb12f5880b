package io.lavastream.engine.model.layers;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;

/** Matrix products with weights as checkpoints store them: [out, in]. */
public final class Linear {
    private Linear() {}

    /**
     * {@code x} [rows, in] times the transpose of {@code weight} [out, in]: [rows, out].
     *
     * <p>Computed as (weight x^T)^T: TensorFlow's CPU kernel is 5 to 12 times slower for a few rows
     * where the large operand is the transposed one.
     */
    public static Operand<TFloat32> linear(Ops tf, Operand<TFloat32> x, Operand<TFloat32> weight) {
        Operand<TFloat32> columns = tf.linalg.matMul(weight, x, MatMul.transposeB(true));
        return tf.linalg.transpose(columns, tf.constant(new int[] {1, 0}));
    }
}
