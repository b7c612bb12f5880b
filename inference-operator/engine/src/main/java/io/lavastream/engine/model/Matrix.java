package io.lavastream.engine.model;

import io.lavastream.engine.model.custom.VectorOps;
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

    /** Where the graph is built. */
    Ops tf();

    /** What {@code combine}, element by element, makes of the two halves of the product's columns: [rows, out / 2]. */
    default Operand<TFloat32> timesHalves(
            Operand<TFloat32> x, BinaryOperator<Operand<TFloat32>> combine) {
        List<Output<TFloat32>> halves = tf().split(tf().constant(1), times(x), 2L).output();
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
                Operand<TFloat32> x, BinaryOperator<Operand<TFloat32>> combine) {
            if (values.shape().get(0) % 2 != 0) {
                return Matrix.super.timesHalves(x, combine);
            }
            List<Output<TFloat32>> halves =
                    tf.split(tf.constant(0), Panels.product(tf, x, values), 2L).output();
            return Panels.rows(tf, combine.apply(halves.get(0), halves.get(1)));
        }
    }

    /**
     * A matrix kept in float32, transposed and cut into panels for the JVM's vectors.
     *
     * @param values [panels, in, columns of a panel]; see {@link MatrixLayout#VECTORS}
     * @param threads of a product
     */
    record ForVectors(Ops tf, Operand<TFloat32> values, int threads) implements Matrix {
        @Override
        public Operand<TFloat32> times(Operand<TFloat32> x) {
            long columns = values.shape().get(0) * values.shape().get(2);
            return tf.reshape(
                    VectorOps.panelProduct(tf, x, values, threads),
                    tf.constant(new long[] {x.shape().get(0), columns}));
        }
    }
}
