package io.lavastream.engine.model;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * A weight matrix kept in 16 bits and widened to float32, exactly, where it is used; see {@link PiecewiseProduct}.
 *
 * @param values [out, in], of a 16-bit float type
 */
record HalfMatrix<T extends TNumber>(Ops tf, Operand<T> values, long out, long in)
        implements EmbeddingMatrix {
    @Override
    public Operand<TFloat32> times(Operand<TFloat32> x) {
        return new PiecewiseProduct<>(tf, values, out, in, HalfMatrix::widen).times(x);
    }

    @Override
    public Operand<TFloat32> rows(Operand<TInt32> ids) {
        return widen(tf, tf.gather(values, ids, tf.constant(0)));
    }

    private static <T extends TNumber> Operand<TFloat32> widen(Ops tf, Operand<T> values) {
        return tf.dtypes.cast(values, TFloat32.class);
    }
}
