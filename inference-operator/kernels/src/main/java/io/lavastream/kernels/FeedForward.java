package io.lavastream.kernels;

import java.nio.ByteBuffer;

/**
 * A layer's feed-forward network: the product of some rows with one matrix, a function of it, and the product of that with a second matrix. As two
 * {@link PanelProduct}s, to the same bits, but what lies between them is written once, where the second reads it.
 */
public final class FeedForward {
    private FeedForward() {}

    /**
     * Writes to {@code out}, a direct buffer that is used from index 0 on.
     *
     * @param between of the first product: a function without a residual
     * @param epilogue of the second product
     * @param out [rows, columns of the second product]
     * @throws IllegalArgumentException if there is no function, or the second matrix does not take what the first one makes
     * @throws IndexOutOfBoundsException if a buffer is smaller than it has to be
     */
    public static void multiply(
            KernelThreads threads,
            InputRows x,
            PanelMatrix first,
            Epilogue between,
            PanelMatrix second,
            Epilogue epilogue,
            ByteBuffer out) {
        if (between.activation() == Epilogue.Activation.NONE) {
            throw new IllegalArgumentException("between two products no function (expected: one)");
        }
        int columns = first.columns() / between.activation().parts();
        if (second.depth() != columns) {
            throw new IllegalArgumentException(
                    "a second matrix of %d rows (expected: %d)".formatted(second.depth(), columns));
        }
        int own = PackedRows.size(x.count(), first);
        ProductOutput last = ProductOutput.of(second, epilogue, out);
        if (PanelProduct.byTiles(x.count())) {
            PackedRows rows = PackedRows.in(ScratchArray.ofCaller(own), 0, x.count(), first);
            RowParts inner = RowParts.next(x.count(), columns);
            rows.pack(threads, x);
            float factor = second.format().factor();
            PanelProduct.multiply(
                    threads, rows, first, ProductOutput.of(first, between, inner, factor));
            PanelProduct.multiply(threads, inner, second, last);
            return;
        }
        float[] scratch =
                ScratchArray.ofCaller(Math.addExact(own, PackedRows.size(x.count(), second)));
        PackedRows rows = PackedRows.in(scratch, 0, x.count(), first);
        PackedRows inner = PackedRows.in(scratch, own, x.count(), second);
        rows.pack(threads, x);
        PanelProduct.multiply(threads, rows, first, ProductOutput.of(first, between, inner));
        PanelProduct.multiply(threads, inner, second, last);
    }
}
