package io.lavastream.kernels;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * The product of some rows with a matrix that is kept in panels of {@link #width} columns. Few rows take as long as reading the matrix
 * does, many as long as the arithmetic does. A row of the result has the same bits whatever rows are beside it.
 *
 * <p>The scheme is that of Goto and van de Geijn ("Anatomy of high-performance matrix multiplication", ACM TOMS 34/3, 2008), where
 * packing the matrix is done once, when it is loaded.
 */
public final class PanelProduct {
    /** Of a panel, what stays in the second-level cache while all rows are multiplied with it: 512 x 32 values are 64 KiB. */
    private static final int DEPTH = 512;

    /** Rows whose values stay there beside it: 256 KiB. */
    private static final int ROWS = 128;

    /** Parts for each thread where there is much to compute, as threads are not equally fast. */
    private static final int SHARES = 4;

    /** Rows times panels whose products of a first matrix wait for those of a second one: 64 KiB. */
    private static final int GATED_ROWS = 512;

    /** So few rows are put in order by one thread. */
    private static final int FEW = 16;

    /** x in the order in which it is read; of the thread that computes. */
    private static final ThreadLocal<float[]> PACKED = ThreadLocal.withInitial(() -> new float[0]);

    private PanelProduct() {}

    /** Columns of a panel on this machine. */
    public static int width() {
        return PanelTile.WIDTH;
    }

    /**
     * Writes {@code x} times the matrix to {@code out}. All are direct buffers, used from index 0 on.
     *
     * @param x [rows, depth]
     * @param panels [columns / width, depth, width]
     * @param out [rows, columns]
     * @throws IndexOutOfBoundsException if a buffer is smaller than that
     */
    public static void multiply(
            KernelThreads threads,
            ByteBuffer x,
            ByteBuffer panels,
            ByteBuffer out,
            int rows,
            int depth,
            int columns) {
        Run run = new Run(packed(threads, x, rows, depth), panels, out, rows, depth, columns);
        inParts(threads, rows, columns / PanelTile.WIDTH, run::panels);
    }

    /**
     * As {@link #multiply}, of two matrices of which one lies behind the other; writes silu of the first product, x / (1 + exp(-x)), times
     * the second (SwiGLU, arXiv 2002.05202).
     *
     * @param panels [2 * columns / width, depth, width]
     * @param out [rows, columns]
     */
    public static void swiGlu(
            KernelThreads threads,
            ByteBuffer x,
            ByteBuffer panels,
            ByteBuffer out,
            int rows,
            int depth,
            int columns) {
        Run run = new Run(packed(threads, x, rows, depth), panels, out, rows, depth, columns);
        inParts(threads, rows, columns / PanelTile.WIDTH, run::gatedPanels);
    }

    /** Some consecutive panels. */
    @FunctionalInterface
    private interface Panels {
        void multiply(int begin, int end);
    }

    private static void inParts(KernelThreads threads, int rows, int count, Panels work) {
        int parts = Math.min(count, threads.count() * (rows <= FEW ? 2 : SHARES));
        threads.run(
                parts,
                part ->
                        work.multiply(
                                (int) ((long) count * part / parts),
                                (int) ((long) count * (part + 1) / parts)));
    }

    /** Tile by tile of rows, [depth, rows of the tile]. */
    private static float[] packed(KernelThreads threads, ByteBuffer x, int rows, int depth) {
        int size = Math.multiplyExact(rows, depth);
        if (PACKED.get().length < size) {
            PACKED.set(new float[size]);
        }
        float[] packed = PACKED.get();
        int parts = rows <= FEW ? 1 : threads.count();
        int tiles = rows / PanelTile.ROWS;
        threads.run(
                parts,
                part -> {
                    int end = tiles * (part + 1) / parts * PanelTile.ROWS;
                    pack(
                            x,
                            packed,
                            tiles * part / parts * PanelTile.ROWS,
                            part == parts - 1 ? rows : end,
                            depth);
                });
        return packed;
    }

    private static void pack(ByteBuffer x, float[] packed, int begin, int end, int depth) {
        FloatBuffer rows = x.asFloatBuffer();
        float[] line = new float[depth];
        for (int row = begin; row < end; ) {
            int tile = tile(end - row);
            for (int r = 0; r < tile; r++) {
                rows.get((row + r) * depth, line);
                int to = row * depth + r;
                for (int k = 0; k < depth; k++) {
                    packed[to + k * tile] = line[k];
                }
            }
            row += tile;
        }
    }

    /** How many of so many rows are done at once. */
    private static int tile(int rows) {
        return Math.min(PanelTile.ROWS, Integer.highestOneBit(rows));
    }

    /** What all parts share. */
    private static final class Run {
        private final float[] x;
        private final Object panels;
        private final Object out;
        private final int rows;
        private final int depth;
        private final int columns;

        Run(float[] x, ByteBuffer panels, ByteBuffer out, int rows, int depth, int columns) {
            this.x = x;
            this.panels = VectorMemory.of(panels);
            this.out = VectorMemory.of(out);
            this.rows = rows;
            this.depth = depth;
            this.columns = columns;
        }

        void panels(int begin, int end) {
            float[] sums = new float[Math.min(rows, ROWS) * PanelTile.WIDTH];
            for (int first = 0; first < rows; first += ROWS) {
                int last = Math.min(rows, first + ROWS);
                for (int panel = begin; panel < end; panel++) {
                    multiply(panel, first, last, sums, 0);
                    write(panel, first, last, sums, 0);
                }
            }
        }

        /** Of the first matrix several panels before those of the second, which lie elsewhere: the fewer rows the more. */
        void gatedPanels(int begin, int end) {
            int block = Math.min(rows, ROWS);
            int atOnce = Math.min(end - begin, Math.max(1, GATED_ROWS / block));
            int size = block * PanelTile.WIDTH;
            float[] gates = new float[atOnce * size];
            float[] ups = new float[size];
            int second = columns / PanelTile.WIDTH;
            for (int first = 0; first < rows; first += ROWS) {
                int last = Math.min(rows, first + ROWS);
                for (int panel = begin; panel < end; panel += atOnce) {
                    int count = Math.min(atOnce, end - panel);
                    for (int i = 0; i < count; i++) {
                        multiply(panel + i, first, last, gates, i * size);
                    }
                    for (int i = 0; i < count; i++) {
                        multiply(second + panel + i, first, last, ups, 0);
                        VectorMath.swiGlu(gates, i * size, ups, size);
                        write(panel + i, first, last, gates, i * size);
                    }
                }
            }
        }

        private void write(int panel, int first, int last, float[] sums, int from) {
            PanelTile.copy(
                    sums,
                    from,
                    last - first,
                    out,
                    (first * columns + panel * PanelTile.WIDTH) * Float.BYTES,
                    columns * Float.BYTES);
        }

        /** One panel with some rows, piece by piece of its depth where it is read more than once. */
        private void multiply(int panel, int first, int last, float[] sums, int from) {
            Arrays.fill(sums, from, from + (last - first) * PanelTile.WIDTH, 0);
            int piece = last - first <= PanelTile.ROWS ? depth : DEPTH;
            for (int k = 0; k < depth; k += piece) {
                int length = Math.min(piece, depth - k);
                int at = (panel * depth + k) * PanelTile.WIDTH * Float.BYTES;
                for (int row = first; row < last; ) {
                    int tile = tile(last - row);
                    PanelTile.multiply(
                            tile,
                            panels,
                            at,
                            PanelTile.STEP,
                            length,
                            x,
                            row * depth + k * tile,
                            sums,
                            from + (row - first) * PanelTile.WIDTH);
                    row += tile;
                }
            }
        }
    }
}
