package io.lavastream.engine.model.layers;

import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.op.Scope;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;

/**
 * Products with a matrix that is cut into panels of {@value #WIDTH} columns, each of them in one piece of memory. The product of a
 * few rows with a whole matrix spends half of its time on packing the matrix; oneDNN's batched product takes panels as they
 * are.
 */
public final class Panels {
    /** What a processor with AVX2 or AVX-512 takes well for any number of rows; see {@code bench jmh}. */
    public static final int WIDTH = 64;

    private Panels() {}

    /** Whether a matrix of so many columns can be cut. */
    public static boolean divide(long columns) {
        return columns % WIDTH == 0;
    }

    /** {@code x} [rows, in] times {@code panels} [out / WIDTH, in, WIDTH], in panels: [out / WIDTH, rows, WIDTH]. */
    public static Operand<TFloat32> product(Ops tf, Operand<TFloat32> x, Operand<TFloat32> panels) {
        Operand<TFloat32> batch = tf.expandDims(x, tf.constant(0));
        return x.shape().get(0) == 1
                ? tf.train.batchMatMul(batch, panels, TFloat32.class)
                : oneDnn(tf, batch, panels);
    }

    /**
     * What {@link #product} gives, [panels, rows, WIDTH], as rows: [rows, panels * WIDTH].
     *
     * <p>To put the pieces of a batch side by side is a transposition, too, which oneDNN's does not take the place of: that takes 0.07 ms
     * however few rows there are.
     */
    public static Operand<TFloat32> rows(Ops tf, Operand<TFloat32> product) {
        int panels = Math.toIntExact(product.shape().get(0));
        boolean isOne = product.shape().get(1) == 1;
        return tf.reshape(
                isOne ? product : sideBySide(tf, product, panels),
                tf.constant(new int[] {-1, panels * WIDTH}));
    }

    private static Operand<TFloat32> sideBySide(Ops tf, Operand<TFloat32> product, int panels) {
        return tf.batchToSpaceNd(
                product, tf.constant(new int[] {panels}), tf.constant(new int[1][2]));
    }

    /**
     * TensorFlow's batched product by oneDNN, by its internal name: TensorFlow puts it in the place of its own only where oneDNN is
     * switched on.
     */
    private static Operand<TFloat32> oneDnn(
            Ops tf, Operand<TFloat32> batch, Operand<TFloat32> panels) {
        Scope scope = tf.scope();
        Output<TFloat32> product =
                scope.opBuilder("_MklBatchMatMulV2", "PanelProduct")
                        .addInput(batch.asOutput())
                        .addInput(panels.asOutput())
                        .setAttr("T", DataType.DT_FLOAT)
                        .setAttr("adj_x", false)
                        .setAttr("adj_y", false)
                        .setAttr("_kernel", "MklNameChangeOp")
                        .build()
                        .output(0);
        return product;
    }
}
