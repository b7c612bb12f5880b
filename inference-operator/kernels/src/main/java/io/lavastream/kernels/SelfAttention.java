package io.lavastream.kernels;

import java.nio.ByteBuffer;

/**
 * A vision tower's attention of some rows to all of them, with the products before and behind it: what lies between them is written once, where the
 * next reads it.
 */
public final class SelfAttention {
    private SelfAttention() {}

    /** Whether there are kernels for heads of so many values. */
    public static boolean takes(int size) {
        return FullAttention.takes(size);
    }

    /**
     * Writes to {@code out}, a direct buffer that is used from index 0 on.
     *
     * @param first to [rows, 3, heads, size]: queries, which are scaled by 1 / sqrt(size) here, keys, values
     * @param between of the first product: neither a function nor a residual
     * @param second of what the rows find, [rows, heads, size]
     * @param epilogue of the second product
     * @param out [rows, columns of the second product]
     * @throws IllegalArgumentException if the matrices have other shapes
     * @throws IndexOutOfBoundsException if a buffer is smaller than it has to be
     */
    public static void multiply(
            KernelThreads threads,
            InputRows x,
            PanelMatrix first,
            Epilogue between,
            int heads,
            PanelMatrix second,
            Epilogue epilogue,
            ByteBuffer out) {
        int width = second.depth();
        int size = width / heads;
        if (first.columns() != 3 * width || size * heads != width || !FullAttention.takes(size)) {
            throw new IllegalArgumentException(
                    "matrices of %d columns and %d rows with %d heads (expected: three times as many columns as rows, heads of a multiple of %d up to %d)"
                            .formatted(
                                    first.columns(),
                                    width,
                                    heads,
                                    PanelTile.WIDTH / 2,
                                    PackedRows.CHUNK / 2));
        }
        int rows = x.count();
        int inner = PackedRows.size(rows, first);
        int attention = Math.addExact(inner, PackedRows.size(rows, second));
        float[] scratch =
                ScratchArray.ofCaller(
                        Math.addExact(attention, FullAttention.size(rows, heads, size)));
        PackedRows own = PackedRows.in(scratch, 0, rows, first);
        PackedRows found = PackedRows.in(scratch, inner, rows, second);
        PackedRows projected = FullAttention.rows(scratch, attention, rows, heads, size);
        own.pack(threads, x);
        PanelProduct.multiply(threads, own, first, ProductOutput.of(first, between, projected));
        FullAttention.attend(threads, projected, heads, size, found);
        PanelProduct.multiply(threads, found, second, ProductOutput.of(second, epilogue, out));
    }
}
