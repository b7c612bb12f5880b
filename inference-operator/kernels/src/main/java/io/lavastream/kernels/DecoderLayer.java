package io.lavastream.kernels;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * A decoder's layer for single positions, one of each of some sequences: {@link PanelProduct}s, {@link CacheAttention} and {@link FeedForward}, one after
 * the other, to the same bits. What lies between them is the calling thread's, and nobody has to bring it from one to the next.
 */
public final class DecoderLayer {
    /** Of a cache line. */
    private static final int ALIGNMENT = 64;

    private static final ThreadLocal<ByteBuffer> SCRATCH =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(0));

    /** How rows attend. */
    @FunctionalInterface
    public interface Attention {
        /**
         * @param projected queries, keys and values, [rows, columns of the projection]
         * @param found what queries find, [rows, depth of the output matrix], to be written
         */
        void attend(ByteBuffer projected, ByteBuffer found);
    }

    /**
     * The matrices of a layer, and the norms before two of them.
     *
     * @param projection to queries, keys and values
     * @param output of what queries find
     * @param wide to what SwiGLU makes one half of
     * @param narrow of that
     */
    public record Matrices(
            RowNorm norm,
            PanelMatrix projection,
            PanelMatrix output,
            RowNorm secondNorm,
            PanelMatrix wide,
            PanelMatrix narrow) {}

    private DecoderLayer() {}

    /**
     * Writes to {@code out}. Buffers are direct, and used from index 0 on.
     *
     * @param x [rows, depth of the projection], to which both halves of the layer add
     * @param out likewise
     * @throws IllegalArgumentException if matrices do not take what those before them make
     * @throws IndexOutOfBoundsException if a buffer is smaller than it has to be
     */
    public static void compute(
            KernelThreads threads,
            ByteBuffer x,
            int rows,
            Matrices matrices,
            Attention attention,
            ByteBuffer out) {
        int hidden = matrices.projection().depth();
        if (matrices.output().columns() != hidden
                || matrices.wide().depth() != hidden
                || matrices.narrow().columns() != hidden) {
            throw new IllegalArgumentException(
                    "a layer of matrices to %d and %d columns and of %d rows (expected: %d, as the projection's rows)"
                            .formatted(
                                    matrices.output().columns(),
                                    matrices.narrow().columns(),
                                    matrices.wide().depth(),
                                    hidden));
        }
        int projectedSize = size(rows, matrices.projection().columns());
        int foundSize = size(rows, matrices.output().depth());
        int attendedSize = size(rows, hidden);
        ByteBuffer scratch =
                scratch(Math.addExact(Math.addExact(projectedSize, foundSize), attendedSize));
        ByteBuffer projected = slice(scratch, 0, projectedSize);
        ByteBuffer found = slice(scratch, projectedSize, foundSize);
        ByteBuffer attended = slice(scratch, projectedSize + foundSize, attendedSize);

        PanelProduct.multiply(
                threads,
                new InputRows(x, rows, matrices.norm()),
                matrices.projection(),
                Epilogue.NONE,
                projected);
        attention.attend(projected, found);
        PanelProduct.multiply(
                threads, InputRows.of(found, rows), matrices.output(), addedTo(x), attended);
        FeedForward.multiply(
                threads,
                new InputRows(attended, rows, matrices.secondNorm()),
                matrices.wide(),
                Epilogue.swiGlu(),
                matrices.narrow(),
                addedTo(attended),
                out);
    }

    private static Epilogue addedTo(ByteBuffer rows) {
        return new Epilogue(Optional.empty(), Epilogue.Activation.NONE, Optional.of(rows));
    }

    /** Bytes of so many rows, up to where the next may begin. */
    private static int size(int rows, int columns) {
        int bytes = Math.multiplyExact(Math.multiplyExact(rows, columns), Float.BYTES);
        return Math.addExact(bytes, ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private static ByteBuffer scratch(int bytes) {
        ByteBuffer scratch = SCRATCH.get();
        if (scratch.capacity() < bytes) {
            scratch =
                    ByteBuffer.allocateDirect(Math.addExact(bytes, ALIGNMENT))
                            .alignedSlice(ALIGNMENT);
            SCRATCH.set(scratch);
        }
        return scratch;
    }

    private static ByteBuffer slice(ByteBuffer scratch, int at, int length) {
        return scratch.slice(at, length).order(ByteOrder.nativeOrder());
    }
}
