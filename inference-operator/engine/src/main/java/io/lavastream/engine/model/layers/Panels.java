package io.lavastream.engine.model.layers;

import java.util.Arrays;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
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
     * <p>As many rows as the graph is told are few, those of a decode step, and gathered piece by piece: oneDNN's transposition, which
     * TensorFlow puts in the place of its own, takes 0.07 ms however few there are.
     */
    public static Operand<TFloat32> rows(Ops tf, Operand<TFloat32> product) {
        long columns = product.shape().get(0) * WIDTH;
        return tf.reshape(byRow(tf, product), tf.constant(new long[] {-1, columns}));
    }

    private static Operand<TFloat32> byRow(Ops tf, Operand<TFloat32> product) {
        long rows = product.shape().get(1);
        if (rows == 1) {
            return product;
        }
        if (rows == Shape.UNKNOWN_SIZE) {
            return tf.linalg.transpose(product, tf.constant(new int[] {1, 0, 2}));
        }
        int[][] pieces = pieces(Math.toIntExact(product.shape().get(0)), Math.toIntExact(rows));
        Operand<TFloat32> flat = tf.reshape(product, tf.constant(new int[] {-1, WIDTH}));
        return tf.gather(flat, tf.constant(pieces), tf.constant(0));
    }

    /** [rows, panels]: where each row's piece of each panel lies. */
    private static int[][] pieces(int panels, int rows) {
        int[][] pieces = new int[rows][panels];
        for (int row = 0; row < rows; row++) {
            int first = row;
            Arrays.setAll(pieces[row], panel -> panel * rows + first);
        }
        return pieces;
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
