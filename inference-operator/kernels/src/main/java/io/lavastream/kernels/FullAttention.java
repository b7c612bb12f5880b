package io.lavastream.kernels;

import static io.lavastream.kernels.VectorMemory.SPECIES;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Attention of some rows to all of them, as a vision tower has it: as many queries at once as a panel is wide, each in a lane of its own, so
 * that no sum goes across a vector. Both products are those of {@link PieceTile}: scores are keys times a panel of queries, and what queries find
 * is values, turned, times the panel of their scores.
 */
public final class FullAttention {
    private static final int WIDTH = PanelTile.WIDTH;
    private static final Tiles TILES = Tiles.ofPieces();
    private static final int LANES = SPECIES.length();

    /** Rows that are multiplied at once; heads have a multiple of it. */
    private static final int TILE = LANES / 2;

    /** What is computed on the way; of the thread that computes. */
    private static final class Scratch {
        float[] lines = new float[0];
        float[] scores = new float[0];
        float[] found = new float[0];
        final float[] sums = new float[WIDTH];
    }

    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    private final Object projected;
    private final int rows;
    private final int heads;
    private final int size;
    private final float scale;

    /** Rows in the order in which they are read: queries, scaled, [heads, panels, size, WIDTH], then keys, then values. */
    private final float[] packed;

    /** Where keys begin, [heads, tiles, size, TILE]. */
    private final int keys;

    /** Where values begin, [heads, size / TILE, rows, TILE]. */
    private final int values;

    private final FloatBuffer out;

    private FullAttention(ByteBuffer projected, int rows, int heads, int size, ByteBuffer out) {
        this.projected = VectorMemory.of(projected);
        this.rows = rows;
        this.heads = heads;
        this.size = size;
        this.scale = (float) (1 / Math.sqrt(size));
        this.out = out.asFloatBuffer();
        int width = heads * size;
        this.keys = Math.multiplyExact(panels(rows) * WIDTH, width);
        this.values = Math.addExact(keys, Math.multiplyExact(tiles(rows) * TILE, width));
        this.packed = ScratchArray.ofCaller(Math.addExact(values, Math.multiplyExact(rows, width)));
    }

    /** Whether there are kernels for heads of so many values. */
    public static boolean takes(int size) {
        return size % LANES == 0;
    }

    /**
     * Writes what the rows find. Buffers are direct, and used from index 0 on.
     *
     * @param projected [rows, 3 * heads, size]: queries, keys, values; queries are scaled by 1 / sqrt(size) here
     * @param out [rows, heads, size]
     */
    public static void attend(
            KernelThreads threads,
            ByteBuffer projected,
            int rows,
            int heads,
            int size,
            ByteBuffer out) {
        FullAttention attention = new FullAttention(projected, rows, heads, size, out);
        threads.runRanges(tiles(rows), attention::pack);
        threads.run(heads, attention::attend);
    }

    private static int tiles(int rows) {
        return (rows - 1) / TILE + 1;
    }

    private static int panels(int rows) {
        return (rows - 1) / WIDTH + 1;
    }

    /** All heads of some tiles of rows: a row is read from end to end. */
    private void pack(int begin, int end) {
        Scratch scratch = SCRATCH.get();
        int width = 3 * heads * size;
        scratch.lines = ScratchArray.fit(scratch.lines, TILE * width);
        for (int tile = begin; tile < end; tile++) {
            int count = Math.min(TILE, rows - tile * TILE);
            VectorMemory.read(projected, tile * TILE * width, count * width, scratch.lines, 0);
            for (int head = 0; head < heads; head++) {
                packQueries(tile, head, scratch.lines);
                packKeys(tile, head, scratch.lines);
                packValues(tile, head, count, scratch.lines);
            }
        }
    }

    // Rows of the last tile that are not there are taken for what lies in their place, which is of
    // no matter to the others.

    private void packQueries(int tile, int head, float[] lines) {
        int width = 3 * heads * size;
        int row = tile * TILE;
        int to = (head * panels(rows) + row / WIDTH) * size * WIDTH + row % WIDTH;
        for (int i = 0; i < size; i++) {
            for (int r = 0; r < TILE; r++) {
                packed[to + i * WIDTH + r] = lines[head * size + i + r * width] * scale;
            }
        }
    }

    private void packKeys(int tile, int head, float[] lines) {
        int width = 3 * heads * size;
        int from = (heads + head) * size;
        int to = keys + (head * tiles(rows) + tile) * size * TILE;
        for (int i = 0; i < size; i++) {
            for (int r = 0; r < TILE; r++) {
                packed[to + i * TILE + r] = lines[from + i + r * width];
            }
        }
    }

    private void packValues(int tile, int head, int count, float[] lines) {
        int width = 3 * heads * size;
        for (int r = 0; r < count; r++) {
            int from = (2 * heads + head) * size + r * width;
            for (int i = 0; i < size; i += TILE) {
                int to = values + (head * size + i) * rows + (tile * TILE + r) * TILE;
                for (int j = 0; j < TILE; j++) {
                    packed[to + j] = lines[from + i + j];
                }
            }
        }
    }

    private void attend(int head) {
        Scratch scratch = SCRATCH.get();
        scratch.scores = ScratchArray.fit(scratch.scores, tiles(rows) * TILE * WIDTH);
        scratch.found = ScratchArray.fit(scratch.found, size * WIDTH);
        scratch.lines = ScratchArray.fit(scratch.lines, size);
        for (int panel = 0; panel < panels(rows); panel++) {
            score(head, panel, scratch.scores);
            Softmax.ofColumns(scratch.scores, rows, scratch.sums);
            weigh(head, scratch);
            put(head, panel * WIDTH, Math.min(WIDTH, rows - panel * WIDTH), scratch);
        }
    }

    /** [rows, WIDTH], and up to a tile. */
    private void score(int head, int panel, float[] scores) {
        int tiles = tiles(rows);
        int from = (head * panels(rows) + panel) * size * WIDTH;
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

    private void put(int head, int first, int count, Scratch scratch) {
        for (int query = 0; query < count; query++) {
            for (int i = 0; i < size; i++) {
                scratch.lines[i] = scratch.found[i * WIDTH + query] / scratch.sums[query];
            }
            out.put(((first + query) * heads + head) * size, scratch.lines, 0, size);
        }
    }
}
