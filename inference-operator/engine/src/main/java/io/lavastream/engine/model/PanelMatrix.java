package io.lavastream.engine.model;

import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.op.Scope;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;

/**
 * A matrix kept in float32, transposed and cut into panels of {@value #WIDTH} columns, each of them in one piece of memory. The
 * product of a few rows with a whole matrix spends half of its time on packing the matrix; oneDNN's batched product
 * takes panels as they are.
 *
 * @param values [out / WIDTH, in, WIDTH]
 */
record PanelMatrix(Ops tf, Operand<TFloat32> values, long out) implements Matrix {
    /** What a processor with AVX-512 takes best for any number of rows; measured, see {@code bench jmh}. */
    static final int WIDTH = 64;

    /** Whether a matrix of so many rows in the checkpoint, columns here, can be cut. */
    static boolean divides(long out) {
        return out % WIDTH == 0;
    }

    @Override
    public Operand<TFloat32> times(Operand<TFloat32> x) {
        Operand<TFloat32> batch = tf.expandDims(x, tf.constant(0));
        Operand<TFloat32> rows =
                x.shape().get(0) == 1
                        ? tf.train.batchMatMul(batch, values, TFloat32.class)
                        : tf.linalg.transpose(oneDnn(batch), tf.constant(new int[] {1, 0, 2}));
        return tf.reshape(rows, tf.constant(new long[] {-1, out}));
    }

    /**
     * TensorFlow's batched product by oneDNN. TensorFlow puts it in the place of its own by itself only where oneDNN is switched
     * on, and then for other reasons than speed.
     */
    private Operand<TFloat32> oneDnn(Operand<TFloat32> batch) {
        Scope scope = tf.scope();
        Output<TFloat32> product =
                scope.opBuilder("_MklBatchMatMulV2", "PanelProduct")
                        .addInput(batch.asOutput())
                        .addInput(values.asOutput())
                        .setAttr("T", DataType.DT_FLOAT)
                        .setAttr("adj_x", false)
                        .setAttr("adj_y", false)
                        .setAttr("_kernel", "MklNameChangeOp")
                        .build()
                        .output(0);
        return product;
    }
}
