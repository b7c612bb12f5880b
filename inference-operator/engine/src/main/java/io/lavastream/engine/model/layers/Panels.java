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

    /** What {@link #product} gives, [panels, rows, WIDTH], as rows: [rows, panels * WIDTH]. */
    public static Operand<TFloat32> rows(Ops tf, Operand<TFloat32> product) {
        boolean single = product.shape().get(1) == 1;
        Operand<TFloat32> byRow =
                single ? product : tf.linalg.transpose(product, tf.constant(new int[] {1, 0, 2}));
        long columns = product.shape().get(0) * WIDTH;
        return tf.reshape(byRow, tf.constant(new long[] {-1, columns}));
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
