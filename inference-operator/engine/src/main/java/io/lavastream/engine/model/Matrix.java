package io.lavastream.engine.model;

import io.lavastream.engine.model.layers.Panels;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** A weight matrix, in whatever type and order it is kept. What comes out is float32. */
interface Matrix {
    /** {@code x} [rows, in] times the transpose of the checkpoint's matrix [out, in]: [rows, out]. */
    Operand<TFloat32> times(Operand<TFloat32> x);

    /**
     * A matrix kept in float32, transposed.
     *
     * @param values [in, out]; see {@link MatrixLayout#IN_OUT}
     */
    record InOut(Ops tf, Operand<TFloat32> values) implements Matrix {
        @Override
        public Operand<TFloat32> times(Operand<TFloat32> x) {
            return tf.linalg.matMul(x, values);
        }
    }

    /**
     * A matrix kept in float32, transposed and cut into panels.
     *
     * @param values [panels, in, columns of a panel]; see {@link MatrixLayout#PANELS}
     */
    record InPanels(Ops tf, Operand<TFloat32> values) implements Matrix {
        @Override
        public Operand<TFloat32> times(Operand<TFloat32> x) {
            return Panels.product(tf, x, values);
        }
    }
}
