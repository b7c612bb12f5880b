package io.lavastream.engine.model;

import io.lavastream.engine.model.layers.Panels;
import java.util.List;
import java.util.function.BinaryOperator;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** A weight matrix, in whatever type and order it is kept. What comes out is float32. */
interface Matrix {
    /** {@code x} [rows, in] times the transpose of the checkpoint's matrix [out, in]: [rows, out]. */
    Operand<TFloat32> times(Operand<TFloat32> x);

    /**
     * What {@code combine}, element by element, makes of the two halves of the product's columns: [rows, out / 2].
     *
     * @param out columns of the product, an even number
     */
    default Operand<TFloat32> timesHalves(
            Ops tf, Operand<TFloat32> x, int out, BinaryOperator<Operand<TFloat32>> combine) {
        List<Output<TFloat32>> halves =
                tf.splitV(times(x), tf.constant(new int[] {out / 2, out / 2}), tf.constant(1), 2L)
                        .output();
        return combine.apply(halves.get(0), halves.get(1));
    }

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
            return Panels.rows(tf, Panels.product(tf, x, values));
        }

        /** In panels as well, where the halves are whole ones: half as much is put in order, and nothing is cut. */
        @Override
        public Operand<TFloat32> timesHalves(
                Ops scope,
                Operand<TFloat32> x,
                int out,
                BinaryOperator<Operand<TFloat32>> combine) {
            if (!Panels.divide(out / 2)) {
                return Matrix.super.timesHalves(scope, x, out, combine);
            }
            List<Output<TFloat32>> halves =
                    scope.split(scope.constant(0), Panels.product(scope, x, values), 2L).output();
            return Panels.rows(scope, combine.apply(halves.get(0), halves.get(1)));
        }
    }
}
