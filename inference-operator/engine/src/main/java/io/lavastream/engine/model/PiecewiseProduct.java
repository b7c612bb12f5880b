package io.lavastream.engine.model;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/**
 * Products with a matrix that is kept in less than 32 bits an element and widened to float32 where it is used, in pieces of
 * whole rows.
 *
 * <p>Widening depends on nothing but a variable, so left alone all of a model's would run when a step begins, and the whole
 * model lie in memory in float32. Here each waits for the layer's input, and each piece for the product of the piece before it:
 * one piece lives at a time.
 *
 * @param values [out, in]
 * @param widening of some of its rows
 */
record PiecewiseProduct<T extends TNumber>(
        Ops tf, Operand<T> values, long out, long in, Widening<T> widening) {
    /**
     * Bytes of one piece in float32. It stays in a processor's cache between its widening and its
     * product, and the allocator hands the same memory out again for the next one: glibc returns
     * what is larger than 32 MiB to the system each time, and the system zeroes it.
     */
    static final long PIECE_BYTES = 16L << 20;

    /** Float32 values of some rows. */
    @FunctionalInterface
    interface Widening<T extends TNumber> {
        /** Adds to {@code tf}, which makes it wait for what must come before. */
        Operand<TFloat32> widen(Ops tf, Operand<T> rows);
    }

    /** {@code x} [rows, in] times the transpose of the matrix: [rows, out]. */
    Operand<TFloat32> times(Operand<TFloat32> x) {
        List<Operand<TFloat32>> products = new ArrayList<>();
        long rows = Math.max(1, PIECE_BYTES / (in * Float.BYTES));
        Operand<?> before = x;
        for (long first = 0; first < out; first += rows) {
            Operand<TFloat32> product =
                    product(piece(first, Math.min(rows, out - first)), x, before);
            products.add(product);
            before = product;
        }
        Operand<TFloat32> columns =
                products.size() == 1 ? products.get(0) : tf.concat(products, tf.constant(0));
        return tf.linalg.transpose(columns, tf.constant(new int[] {1, 0}));
    }

    /** Some rows: a slice of the first dimension, which TensorFlow makes without copying. */
    private Operand<T> piece(long first, long rows) {
        return rows == out
                ? values
                : tf.slice(
                        values,
                        tf.constant(new long[] {first, 0}),
                        tf.constant(new long[] {rows, in}));
    }

    /** Column by column, [rows of the piece, rows of x]; not before {@code before} is there. */
    private Operand<TFloat32> product(Operand<T> piece, Operand<TFloat32> x, Operand<?> before) {
        Operand<TFloat32> weight = widening.widen(tf.withControlDependencies(before), piece);
        return tf.linalg.matMul(weight, x, MatMul.transposeB(true));
    }
}
