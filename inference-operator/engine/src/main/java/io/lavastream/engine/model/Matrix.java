package io.lavastream.engine.model;

import io.lavastream.engine.model.custom.PanelOps;
import io.lavastream.engine.model.layers.Activations;
import io.lavastream.engine.model.layers.Panels;
import io.lavastream.engine.model.layers.Surroundings;
import io.lavastream.kernels.Epilogue.Activation;
import java.util.List;
import java.util.function.UnaryOperator;
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

    /** Likewise, with all that is around it; in one operation where the matrix can. */
    default Operand<TFloat32> times(Operand<TFloat32> x, Surroundings around) {
        Operand<TFloat32> rows = around.before(tf(), x);
        return around.behind(
                tf(), around.activation() == Activation.SWI_GLU ? timesSwiGlu(rows) : times(rows));
    }

    /** Likewise, and that times {@code second} with what is around it; in one operation where both matrices can. */
    default Operand<TFloat32> feedForward(
            Operand<TFloat32> x, Surroundings around, Matrix second, Surroundings aroundSecond) {
        return second.times(times(x, around), aroundSecond);
    }

    /**
     * Likewise, what {@code attention} finds in that, and that times {@code second} with what is around it; in one operation where both matrices
     * and heads can.
     *
     * @param attention from [rows, 3 * heads * size], queries, keys and values, to [rows, heads * size], each of all rows
     */
    default Operand<TFloat32> selfAttention(
            Operand<TFloat32> x,
            Surroundings around,
            int heads,
            UnaryOperator<Operand<TFloat32>> attention,
            Matrix second,
            Surroundings aroundSecond) {
        return second.times(attention.apply(times(x, around)), aroundSecond);
    }

    /** SwiGLU of the two halves of the product's columns: [rows, out / 2]. */
    default Operand<TFloat32> timesSwiGlu(Operand<TFloat32> x) {
        List<Output<TFloat32>> halves = tf().split(tf().constant(1), times(x), 2L).output();
        return Activations.swiGlu(tf(), halves.get(0), halves.get(1));
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
        public Operand<TFloat32> timesSwiGlu(Operand<TFloat32> x) {
            if (values.shape().get(0) % 2 != 0) {
                return Matrix.super.timesSwiGlu(x);
            }
            List<Output<TFloat32>> halves =
                    tf.split(tf.constant(0), Panels.product(tf, x, values), 2L).output();
            return Panels.rows(tf, Activations.swiGlu(tf, halves.get(0), halves.get(1)));
        }
    }

    /**
     * A matrix transposed and cut into panels for the JVM's vectors, in whatever type; see {@link MatrixLayout#VECTORS}.
     *
     * @param columns of the product
     * @param threads of a product
     */
    record ForVectors(Ops tf, PanelOps.Weights weights, long columns, int threads)
            implements Matrix {
        @Override
        public Operand<TFloat32> times(Operand<TFloat32> x) {
            return times(x, Surroundings.NONE);
        }

        @Override
        public Operand<TFloat32> times(Operand<TFloat32> x, Surroundings around) {
            if (!takes(around.activation())) {
                return Matrix.super.times(x, around);
            }
            return shaped(
                    x,
                    PanelOps.product(tf, x, weights, around, threads),
                    columns / around.activation().parts());
        }

        @Override
        public Operand<TFloat32> feedForward(
                Operand<TFloat32> x,
                Surroundings around,
                Matrix second,
                Surroundings aroundSecond) {
            if (second instanceof ForVectors other && takes(around.activation())) {
                return shaped(
                        x,
                        PanelOps.feedForward(
                                tf, x, weights, around, other.weights, aroundSecond, threads),
                        other.columns);
            }
            return Matrix.super.feedForward(x, around, second, aroundSecond);
        }

        @Override
        public Operand<TFloat32> selfAttention(
                Operand<TFloat32> x,
                Surroundings around,
                int heads,
                UnaryOperator<Operand<TFloat32>> attention,
                Matrix second,
                Surroundings aroundSecond) {
            if (second instanceof ForVectors other
                    && PanelOps.takesSelfAttention(columns / 3 / heads)) {
                return shaped(
                        x,
                        PanelOps.selfAttention(
                                tf,
                                x,
                                weights,
                                around,
                                heads,
                                other.weights,
                                aroundSecond,
                                threads),
                        other.columns);
            }
            return Matrix.super.selfAttention(x, around, heads, attention, second, aroundSecond);
        }

        /** SwiGLU only where the halves are whole panels. */
        boolean takes(Activation activation) {
            return activation != Activation.SWI_GLU || weights.panels().shape().get(0) % 2 == 0;
        }

        /** {@code product} with as many rows as x has, also for the graph. */
        Operand<TFloat32> shaped(Operand<TFloat32> x, Operand<TFloat32> product, long width) {
            return tf.reshape(product, tf.constant(new long[] {x.shape().get(0), width}));
        }
    }
}
