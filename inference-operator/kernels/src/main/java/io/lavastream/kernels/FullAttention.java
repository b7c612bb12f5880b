package io.lavastream.kernels;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Attention of some rows to all of them, as a vision tower has it: as many queries at once as a panel is wide, each in a lane of its own, so
 * that no sum goes across a vector. Both products are those of {@link PieceTile}: scores are keys times a panel of queries, and what queries find
 * is values, turned, times the panel of their scores.
 *
 * <p>Rows come as a product makes them, [rows, 3, heads, size]: queries, keys, values.
 */
public final class FullAttention {
    private static final int WIDTH = PanelTile.WIDTH;
    private static final Tiles TILES = Tiles.ofPieces();

    /** Rows that are multiplied at once; heads have a multiple of it. */
    private static final int TILE = WIDTH / 4;

    /** What is computed on the way; of the thread that computes. */
    private static final class Scratch {
        float[] lines = new float[0];
        float[] scores = new float[0];
        float[] found = new float[0];
        final float[] sums = new float[WIDTH];
    }

    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    private final int rows;
    private final int heads;
    private final int size;
    private final float scale;

    /** Queries, scaled by 1 / sqrt(size), [heads, panels, size, WIDTH], from {@link #queries} on, then keys, then values. */
    private final float[] packed;

    private final int queries;

    /** Where keys begin, [heads, tiles, size, TILE]. */
    private final int keys;

    /** Where values begin, [heads, size / TILE, rows, TILE]. */
    private final int values;

    private final Rows in = new Rows();
    private final RowTarget out;

    /**
     * @param packed from {@code from} on {@link #count} values are used
     * @param out of what rows find, [rows, heads, size]
     */
    FullAttention(float[] packed, int from, int rows, int heads, int size, RowTarget out) {
        this.rows = rows;
        this.heads = heads;
        this.size = size;
        this.scale = (float) (1 / Math.sqrt(size));
        this.packed = packed;
        this.queries = from;
        this.keys = from + panels(rows) * WIDTH * heads * size;
        this.values = keys + tiles(rows) * TILE * heads * size;
        this.out = out;
    }

    /** Whether there are kernels for heads of so many values. */
    public static boolean takes(int size) {
        return size % (WIDTH / 2) == 0;
    }

    /**
     * Writes what the rows find. Buffers are direct, and used from index 0 on.
     *
     * @param projected [rows, 3, heads, size]: queries, which are scaled by 1 / sqrt(size) here, keys, values
     * @param out [rows, heads, size]
     */
    public static void attend(
            KernelThreads threads,
            ByteBuffer projected,
            int rows,
            int heads,
            int size,
            ByteBuffer out) {
        FullAttention attention =
                new FullAttention(
                        ScratchArray.ofCaller(count(rows, heads, size)),
                        0,
                        rows,
                        heads,
                        size,
                        new MemoryRows(VectorMemory.of(out), heads * size));
        Object values = VectorMemory.of(projected);
        threads.runRanges(tiles(rows), (begin, end) -> attention.take(values, begin, end));
        attention.attend(threads);
    }

    /** Some tiles of rows from memory. */
    private void take(Object projected, int begin, int end) {
        Scratch scratch = SCRATCH.get();
        int width = 3 * heads * size;
        scratch.lines = ScratchArray.fit(scratch.lines, TILE * width);
        for (int tile = begin; tile < end; tile++) {
            int row = tile * TILE;
            int count = Math.min(TILE, rows - row);
            VectorMemory.read(projected, row * width, count * width, scratch.lines, 0);
            in.put(row, count, 0, scratch.lines, width);
        }
    }

    /** How many values are kept of so many rows. */
    static int count(int rows, int heads, int size) {
        int all = Math.addExact(Math.addExact(panels(rows) * WIDTH, tiles(rows) * TILE), rows);
        return Math.multiplyExact(all, Math.multiplyExact(heads, size));
    }

    private static int tiles(int rows) {
        return (rows - 1) / TILE + 1;
    }

    private static int panels(int rows) {
        return (rows - 1) / WIDTH + 1;
    }

    /** Where rows are put, before {@link #attend(KernelThreads)}. */
    RowTarget rows() {
        return in;
    }

    /** Puts what all rows find, once all of them are there. */
    void attend(KernelThreads threads) {
        threads.run(heads, this::attend);
    }

    private void attend(int head) {
        Scratch scratch = SCRATCH.get();
        scratch.scores = ScratchArray.fit(scratch.scores, tiles(rows) * TILE * WIDTH);
        scratch.found = ScratchArray.fit(scratch.found, size * WIDTH);
        scratch.lines = ScratchArray.fit(scratch.lines, WIDTH * size);
        for (int panel = 0; panel < panels(rows); panel++) {
            score(head, panel, scratch.scores);
            Softmax.ofColumns(scratch.scores, rows, scratch.sums);
            weigh(head, scratch);
            put(head, panel * WIDTH, Math.min(rows, (panel + 1) * WIDTH), scratch);
        }
    }

    /** [rows, WIDTH], and up to a tile. */
    private void score(int head, int panel, float[] scores) {
        int tiles = tiles(rows);
        int from = queries + (head * panels(rows) + panel) * size * WIDTH;
        Arrays.fill(scores, 0, tiles * TILE * WIDTH, 0);
        for (int tile = 0; tile < tiles; tile++) {
            TILES.multiply(
                    TILE,
                    packed,
                    from,
                    size,
                    packed,
                    keys + (head * tiles + tile) * size * TILE,
                    scores,
                    tile * TILE * WIDTH);
        }
    }

    /** [size, WIDTH]. */
    private void weigh(int head, Scratch scratch) {
        Arrays.fill(scratch.found, 0, size * WIDTH, 0);
        for (int i = 0; i < size; i += TILE) {
            TILES.multiply(
                    TILE,
                    scratch.scores,
                    0,
                    rows,
                    packed,
                    values + (head * size + i) * rows,
                    scratch.found,
                    i * WIDTH);
        }
    }

    private void put(int head, int first, int last, Scratch scratch) {
        for (int row = first; row < last; ) {
            int count = out.rowsOfTile(row, last);
            for (int r = 0; r < count; r++) {
                int query = row - first + r;
                for (int i = 0; i < size; i++) {
                    scratch.lines[r * size + i] =
                            scratch.found[i * WIDTH + query] / scratch.sums[query];
                }
            }
            out.put(row, count, head * size, scratch.lines, size);
            row += count;
        }
    }

    /** Puts rows in the order in which they are read. */
    private final class Rows implements RowTarget {
        @Override
        public int rowsOfTile(int row, int last) {
            return Math.min(row / TILE * TILE + TILE, last) - row;
        }

        // Rows of the last tile that are not there are taken for what lies in their place: no
        // matter
        // to the others.

        @Override
        public void put(int row, int count, int k, float[] lines, int width) {
            int length;
            for (int done = 0; done < width; done += length) {
                int head = (k + done) / size;
                int i = (k + done) % size;
                length = Math.min(size - i, width - done);
                if (head < heads) {
                    int to = queries + (head * panels(rows) + row / WIDTH) * size * WIDTH;
                    Interleave.put(
                            count,
                            length,
                            scale,
                            lines,
                            done,
                            width,
                            packed,
                            to + i * WIDTH + row % WIDTH,
                            WIDTH);
                } else if (head < 2 * heads) {
                    int to = keys + ((head - heads) * tiles(rows) + row / TILE) * size * TILE;
                    Interleave.put(
                            count,
                            length,
                            1,
                            lines,
                            done,
                            width,
                            packed,
                            to + i * TILE + row % TILE,
                            TILE);
                } else {
                    putValues(
                            row, count, (head - 2 * heads) * size + i, lines, done, width, length);
                }
            }
        }

        private void putValues(
                int row, int count, int column, float[] lines, int from, int width, int length) {
            for (int i = 0; i < length; i += TILE) {
                int to = values + (column + i) * rows + row * TILE;
                for (int r = 0; r < count; r++) {
                    for (int j = 0; j < TILE; j++) {
                        packed[to + r * TILE + j] = lines[from + r * width + i + j];
                    }
                }
            }
        }
    }
}
