package io.lavastream.kernels;

import java.nio.ByteBuffer;

/**
 * The product of some rows with a matrix that is kept in panels of {@link #width} columns. Few rows take as long as reading the matrix
 * does, many as long as the arithmetic does. A row of the result has the same bits whatever rows are beside it, where those are few or many likewise: many
 * are multiplied by the {@link TileUnit}, where there is one, to other roundings.
 *
 * <p>The scheme is that of Goto and van de Geijn ("Anatomy of high-performance matrix multiplication", ACM TOMS 34/3, 2008), where
 * packing the matrix is done once, when it is loaded.
 */
public final class PanelProduct {
    /** Parts for each thread, as threads are not equally fast. */
    private static final int SHARES = 4;

    /** Likewise, of few rows: memory is read the faster, the longer it is read from each place on. */
    private static final int SHARES_OF_FEW = 2;

    /** Sums that are in the making at once, beside those values: 256 KiB. The more, the fewer times values come from further away. */
    private static final int SUMS = 1 << 16;

    /** So many rows at least are multiplied by the tile unit, where there is one: for fewer, making parts of the matrix takes longer than that saves. */
    private static final int LEAST_OF_TILES = 64;

    /** Rows of a block there. */
    private static final int BLOCK_OF_TILES = 640;

    /** Panels that are multiplied with a block before the next: their sums are up to 640 KiB of the second-level cache. */
    private static final int PANELS_OF_TILES = 8;

    private PanelProduct() {}

    /** Columns of a panel on this machine. */
    public static int width() {
        return PanelTile.WIDTH;
    }

    /**
     * Writes {@code epilogue} of {@code x} times {@code matrix} to {@code out}, a direct buffer that is used from index 0 on.
     *
     * @param matrix of an even number of panels where the epilogue makes one half of two
     * @param out [rows, columns], or half as many
     * @throws IndexOutOfBoundsException if a buffer is smaller than that
     */
    public static void multiply(
            KernelThreads threads,
            InputRows x,
            PanelMatrix matrix,
            Epilogue epilogue,
            ByteBuffer out) {
        float[] scratch = ScratchArray.ofCaller(PackedRows.size(x.count(), matrix));
        PackedRows rows = PackedRows.in(scratch, 0, x.count(), matrix);
        rows.pack(threads, x);
        multiply(threads, rows, matrix, ProductOutput.of(matrix, epilogue, out));
    }

    static void multiply(
            KernelThreads threads, PackedRows x, PanelMatrix matrix, ProductOutput output) {
        if (byTiles(x.count())) {
            multiply(threads, RowParts.of(threads, x), matrix, output);
        } else if (byStreams(x.count(), matrix.format())) {
            multiplyFew(threads, x, matrix, output);
        } else {
            multiply(threads, x, ProductTiling.of(x.count(), matrix), matrix, output);
        }
    }

    /** Whether so many rows are multiplied by the tile unit. */
    static boolean byTiles(int rows) {
        return rows >= LEAST_OF_TILES && TileUnit.INSTANCE.isPresent();
    }

    /** By the tile unit, which there must be. */
    static void multiply(
            KernelThreads threads, RowParts x, PanelMatrix matrix, ProductOutput output) {
        TileRun run = new TileRun(TileUnit.INSTANCE.orElseThrow(), x, matrix, output);
        int count = matrix.panelCount() / output.parts();
        int blocks = (x.count() - 1) / BLOCK_OF_TILES + 1;
        int multiplied = count * output.parts();
        int shares = (threads.count() * SHARES - 1) / blocks + 1;
        int groups = Math.min(count, Math.max(shares, (multiplied - 1) / PANELS_OF_TILES + 1));
        run(threads, count, groups, blocks, run::block);
    }

    /** Whether so many rows are multiplied by {@link StreamCode}. */
    static boolean byStreams(int rows, PanelFormat format) {
        return rows >= 1
                && rows <= StreamCode.ROWS
                && StreamUnit.takes(format)
                && StreamUnit.INSTANCE.isPresent();
    }

    /** By {@link StreamCode}, which there must be. */
    private static void multiplyFew(
            KernelThreads threads, PackedRows x, PanelMatrix matrix, ProductOutput output) {
        StreamRun run =
                new StreamRun(threads, StreamUnit.INSTANCE.orElseThrow(), x, matrix, output);
        int count = matrix.panelCount() / output.parts();
        int groups = groups(threads, ProductTiling.of(x.count(), matrix), count, output.parts());
        run(threads, count, groups, 1, (begin, end, block, blocks) -> run.share(begin, end));
    }

    static void multiply(
            KernelThreads threads,
            PackedRows x,
            ProductTiling tiling,
            PanelMatrix matrix,
            ProductOutput output) {
        PanelRun run = new PanelRun(x, tiling, matrix, output);
        int count = matrix.panelCount() / output.parts();
        int blocks = tiling.blocks();
        run(threads, count, groups(threads, tiling, count, output.parts()), blocks, run::block);
    }

    /** A part of a product: panels {@code begin} to {@code end} - 1 of the result for one of some blocks of rows. */
    private interface Part {
        void block(int begin, int end, int block, int blocks);
    }

    /** Blocks of rows one after the other with the same panels, which are still in a cache. */
    private static void run(
            KernelThreads threads, int panels, int groups, int blocks, Part product) {
        threads.run(
                groups * blocks,
                part ->
                        product.block(
                                begin(panels, part / blocks, groups),
                                begin(panels, part / blocks + 1, groups),
                                part % blocks,
                                blocks));
    }

    /** Into how many groups so many panels are divided: so that there are enough parts, and that the sums of each stay in the cache. */
    private static int groups(
            KernelThreads threads, ProductTiling tiling, int panels, int multiplied) {
        int shares = threads.count() * (tiling.rows() <= PanelFormat.FEW ? SHARES_OF_FEW : SHARES);
        int rows = Math.min(tiling.rows(), tiling.block());
        int sums = Math.multiplyExact(panels * multiplied, rows * PanelTile.WIDTH);
        int least = Math.max((shares - 1) / tiling.blocks() + 1, (sums - 1) / SUMS + 1);
        return Math.min(panels, least);
    }

    /** Where the {@code part}th of so many parts of {@code count} begins. */
    static int begin(int count, int part, int parts) {
        return (int) ((long) count * part / parts);
    }
}
