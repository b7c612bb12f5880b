package io.lavastream.engine.model;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/**
 * A weight matrix kept in a byte an element and a scale a row: {@code (level - 128) * scale}. Made by {@link RowQuantizer}.
 *
 * @param levels [out, in]; TensorFlow for Java has no signed byte, so zero is 128
 * @param scales [out]
 */
record Int8Matrix(Ops tf, Operand<TUint8> levels, Operand<TFloat32> scales, long out, long in)
        implements Matrix {
    static final int ZERO = 128;

    @Override
    public Operand<TFloat32> times(Operand<TFloat32> x) {
        Operand<TFloat32> zero = tf.constant((float) ZERO);
        PiecewiseProduct<TUint8> product =
                new PiecewiseProduct<>(
                        tf,
                        levels,
                        out,
                        in,
                        (ops, rows) -> ops.math.sub(ops.dtypes.cast(rows, TFloat32.class), zero));
        return tf.math.mul(product.times(x), scales);
    }
}
