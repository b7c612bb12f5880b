package io.lavastream.engine.model;

import static io.lavastream.engine.model.layers.Linear.linear;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** A weight matrix [out, in], in whatever type it is kept. What comes out is float32. */
interface Matrix {
    /** {@code x} [rows, in] times the transpose of this matrix: [rows, out]. */
    Operand<TFloat32> times(Operand<TFloat32> x);

    /** The rows {@code ids} [n]: [n, in]. */
    Operand<TFloat32> rows(Operand<TInt32> ids);

    /** A matrix kept in float32. */
    record Float32(Ops tf, Operand<TFloat32> values) implements Matrix {
        @Override
        public Operand<TFloat32> times(Operand<TFloat32> x) {
            return linear(tf, x, values);
        }

        @Override
        public Operand<TFloat32> rows(Operand<TInt32> ids) {
            return tf.gather(values, ids, tf.constant(0));
        }
    }
}
