package io.lavastream.kernels;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * The product of some rows with a matrix that is kept in panels of {@link #width} columns. Few rows take as long as reading the matrix
 * does, many as long as the arithmetic does. A row of the result has the same bits whatever rows are beside it.
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

    /** What is computed on the way; of the thread that computes. */
    private static final class Scratch {
        float[] sums = new float[0];
        final float[] piece = new float[ProductTiling.DEPTH * PanelTile.WIDTH];
    }

    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

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
        ProductTiling tiling = ProductTiling.of(x.count(), matrix);
        Run run = new Run(x, tiling, matrix, output);
        int count = matrix.panelCount() / output.parts();
        int blocks = tiling.blocks();
        int groups = groups(threads, tiling, count, output.parts());
        // Blocks of rows one after the other with the same panels, which are still in a cache.
        threads.run(
                groups * blocks,
                part ->
                        run.block(
                                begin(count, part / blocks, groups),
                                begin(count, part / blocks + 1, groups),
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

    /**
     * What is multiplied for some consecutive panels of the result: those, and of a second matrix, which lies behind the first one, as many.
     *
     * @param begin the first of them
     * @param panels how many of the result
     */
    private record Share(int begin, int panels, ProductOutput output) {
        /** How many are multiplied. */
        int count() {
            return panels * output.parts();
        }

        /** Which one of all is the {@code index}th. */
        int panel(int index) {
            return index < panels ? begin + index : begin + index - panels + output.panels();
        }
    }

    /** What all parts share. */
    private static final class Run {
        private final PackedRows rows;
        private final PanelFormat format;
        private final Widening widening;
        private final Tiles tiles;
        private final Optional<RowsBeside> beside;
        private final Object panels;
        private final ProductOutput output;
        private final ProductTiling tiling;
        private final int depth;

        Run(PackedRows rows, ProductTiling tiling, PanelMatrix matrix, ProductOutput output) {
            this.rows = rows;
            this.tiling = tiling;
            this.format = matrix.format();
            this.widening = Widening.of(format);
            this.tiles = tiling.asRead() ? Tiles.of(format) : Tiles.ofPieces();
            this.beside =
                    tiling.beside(format)
                            ? Optional.of(RowsBeside.of(rows, tiling))
                            : Optional.empty();
            this.panels = VectorMemory.of(matrix.panels());
            this.output = output;
            this.depth = matrix.depth();
        }

        /** Some consecutive panels of the result for one of some blocks of rows, of which all but the last consist of whole tiles. */
        void block(int begin, int end, int block, int blocks) {
            int first = tiling.begin(block, blocks);
            int last = tiling.begin(block + 1, blocks);
            Scratch scratch = SCRATCH.get();
            Share share = new Share(begin, end - begin, output);
            int size = share.count() * (last - first) * PanelTile.WIDTH;
            scratch.sums = ScratchArray.fit(scratch.sums, size);
            Arrays.fill(scratch.sums, 0, size, 0);
            if (tiling.rows() == 1) {
                oneRow(share, scratch.sums);
            } else {
                someRows(share, first, last, scratch);
            }
            output.write(scratch.sums, begin, share.panels(), first, last);
        }

        /** The only row, with two panels at once, from the first and from the second half of the share. */
        private void oneRow(Share share, float[] sums) {
            Twins twins = Twins.of(format);
            float[] x = rows.values();
            int half = (share.count() + 1) / 2;
            for (int i = 0; i < half; i++) {
                int other = i + half;
                int to = i * PanelTile.WIDTH;
                int next = other * PanelTile.WIDTH;
                for (int k = 0; k < depth; k += tiling.piece()) {
                    int at = at(share.panel(i), k);
                    int length = Math.min(tiling.piece(), depth - k);
                    int row = rows.place(0, k);
                    if (other < share.count()) {
                        int otherAt = at(share.panel(other), k);
                        twins.multiply(panels, at, otherAt, length, x, row, sums, to, next);
                    } else {
                        tiles.multiply(1, panels, at, length, x, row, sums, to);
                    }
                }
            }
        }

        /**
         * Some rows with all panels of a share, piece by piece of their depth: a piece of the rows stays in the cache for all of them. A few rows do so
         * anyway, and panels are read from end to end.
         */
        private void someRows(Share share, int first, int last, Scratch scratch) {
            int size = (last - first) * PanelTile.WIDTH;
            int count = share.count();
            int pieces = (depth - 1) / tiling.piece() + 1;
            for (int part = 0; part < count * pieces; part++) {
                int i = tiling.panelByPanel() ? part / pieces : part % count;
                int piece = tiling.panelByPanel() ? part % pieces : part / count;
                int k = piece * tiling.piece();
                int length = Math.min(tiling.piece(), depth - k);
                int at = at(share.panel(i), k);
                float[] sums = scratch.sums;
                if (tiling.asRead()) {
                    tiles(panels, at, first, last, k, length, sums, i * size);
                } else {
                    widening.apply(panels, at, length, scratch.piece);
                    tiles(scratch.piece, 0, first, last, k, length, sums, i * size);
                }
            }
        }

        /** Where the {@code k}th row of a panel begins, in bytes. */
        private int at(int panel, int k) {
            return Math.multiplyExact(panel, format.bytes(depth)) + format.bytes(k);
        }

        /** All tiles of the rows, with what lies in memory or in an array. */
        private void tiles(
                Object values,
                int at,
                int first,
                int last,
                int k,
                int length,
                float[] sums,
                int to) {
            for (int row = first; row < last; ) {
                int tile = tiling.next(last - row);
                int sum = to + (row - first) * PanelTile.WIDTH;
                if (beside.isPresent() && tile > 1) {
                    float[] x = beside.get().values();
                    int from = beside.get().place(row, tile, k);
                    Tiles.ofFew().multiply(tile, values, at, length, x, from, sums, sum);
                } else {
                    float[] x = rows.values();
                    tiles.multiply(tile, values, at, length, x, rows.place(row, k), sums, sum);
                }
                row += tile;
            }
        }
    }
}
