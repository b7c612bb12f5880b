package io.lavastream.kernels;

import static io.lavastream.kernels.PackedRows.DISTANCE;
import static io.lavastream.kernels.VectorMemory.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Attention of some rows to all of them, as a vision tower has it: as many queries at once as a panel is wide, each in a lane of its own, so
 * that no sum goes across a vector. Scores are keys, the rows of a {@link PieceTile}, times a panel of queries; what queries find is their shares, the
 * columns of a {@link ValueTile}, times values.
 */
final class FullAttention {
    private static final int WIDTH = PanelTile.WIDTH;
    private static final int LANES = SPECIES.length();
    private static final Tiles KEYS = Tiles.ofPieces();
    private static final Tiles VALUES = Tiles.ofValues();

    /** Keys that are multiplied at once. */
    private static final int TILE = PanelTile.ROWS;

    /** Values that all queries of a panel are weighed with before the next: those and their shares stay in the first-level cache, up to 16 KiB each. */
    private static final int AT_ONCE = 128;

    /** What is computed on the way; of the thread that computes. */
    private static final class Scratch {
        float[] queries = new float[0];
        float[] scores = new float[0];
        float[] values = new float[0];
        float[] found = new float[0];
        float[] line = new float[0];
        final float[] sums = new float[WIDTH];
    }

    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    /** [rows, 3, heads, size]: queries, keys, values. */
    private final PackedRows projected;

    private final int rows;
    private final int heads;
    private final int size;
    private final float scale;
    private final PackedRows out;

    private FullAttention(PackedRows projected, int heads, int size, PackedRows out) {
        this.projected = projected;
        this.rows = projected.count();
        this.heads = heads;
        this.size = size;
        this.scale = (float) (1 / Math.sqrt(size));
        this.out = out;
    }

    /** Whether there are kernels for heads of so many values. */
    static boolean takes(int size) {
        return size % LANES == 0 && size <= PackedRows.CHUNK / 2;
    }

    /**
     * Puts what the rows find.
     *
     * @param projected as {@link #rows} has them, [rows, 3, heads, size]: queries, which are scaled by 1 / sqrt(size) here, keys, values
     * @param out [rows, heads, size]
     */
    static void attend(
            KernelThreads threads, PackedRows projected, int heads, int size, PackedRows out) {
        FullAttention attention = new FullAttention(projected, heads, size, out);
        threads.run(heads, attention::attend);
    }

    /** Room for projected rows. */
    static PackedRows rows(float[] values, int from, int rows, int heads, int size) {
        return new PackedRows(values, from, rows, 3 * heads * size, chunk(size), 1);
    }

    /** How many values they take. */
    static int size(int rows, int heads, int size) {
        int depth = Math.multiplyExact(3 * heads, size);
        return PackedRows.size(rows, depth, chunk(size));
    }

    /** Whole heads, and whole panels. */
    private static int chunk(int size) {
        return PackedRows.CHUNK / (2 * size) * (2 * size);
    }

    private void attend(int head) {
        Scratch scratch = SCRATCH.get();
        scratch.queries = ScratchArray.fit(scratch.queries, size * WIDTH);
        scratch.scores = ScratchArray.fit(scratch.scores, (rows + TILE - 1) * WIDTH);
        scratch.found = ScratchArray.fit(scratch.found, panels() * WIDTH * WIDTH);
        scratch.line = ScratchArray.fit(scratch.line, size);
        scratch.values = ScratchArray.fit(scratch.values, panels() * rows * WIDTH);
        takeValues(head, scratch.values);
        for (int first = 0; first < rows; first += WIDTH) {
            int count = Math.min(WIDTH, rows - first);
            takeQueries(head, first, count, scratch.queries);
            score(head, scratch);
            Softmax.ofColumns(scratch.scores, rows, scratch.sums);
            weigh(count, scratch);
            put(head, first, count, scratch);
        }
    }

    /** As panels, [size / WIDTH, rows, WIDTH], as all queries read them; of half a panel also what is behind it, which nobody takes. */
    private void takeValues(int head, float[] values) {
        for (int panel = 0; panel < panels(); panel++) {
            int from = projected.place(0, (2 * heads + head) * size) + panel * WIDTH;
            for (int row = 0; row < rows; row++) {
                int at = from + row * DISTANCE;
                int to = (panel * rows + row) * WIDTH;
                FloatVector.fromArray(SPECIES, projected.values(), at).intoArray(values, to);
                FloatVector.fromArray(SPECIES, projected.values(), at + LANES)
                        .intoArray(values, to + LANES);
            }
        }
    }

    /** [size, WIDTH], scaled; lanes of queries that are not there stay as they are, which is of no matter to the others. */
    private void takeQueries(int head, int first, int count, float[] queries) {
        int from = projected.place(first, head * size);
        int lane = 0;
        for (; lane + Lanes.ROWS <= count; lane += Lanes.ROWS) {
            Lanes.takeRows(projected.values(), from + lane * DISTANCE, size, scale, queries, lane);
        }
        for (; lane < count; lane++) {
            Lanes.takeRow(projected.values(), from + lane * DISTANCE, size, scale, queries, lane);
        }
    }

    /** [rows, WIDTH]; a last tile's rows that are not there are taken for what lies in their place, which is of no matter to the others. */
    private void score(int head, Scratch scratch) {
        int from = projected.place(0, (heads + head) * size);
        for (int row = 0; row < rows; row += TILE) {
            Arrays.fill(scratch.scores, row * WIDTH, (row + TILE) * WIDTH, 0);
            KEYS.multiply(
                    TILE,
                    scratch.queries,
                    0,
                    size,
                    projected.values(),
                    from + row * DISTANCE,
                    scratch.scores,
                    row * WIDTH);
        }
    }

    /** What queries find, [size / WIDTH, WIDTH queries, WIDTH]. */
    private void weigh(int count, Scratch scratch) {
        Arrays.fill(scratch.found, 0, panels() * WIDTH * WIDTH, 0);
        for (int panel = 0; panel < panels(); panel++) {
            for (int row = 0; row < rows; row += AT_ONCE) {
                int depth = Math.min(AT_ONCE, rows - row);
                for (int query = 0; query < count; query += ValueTile.QUERIES) {
                    VALUES.multiply(
                            ValueTile.QUERIES,
                            scratch.values,
                            (panel * rows + row) * WIDTH,
                            depth,
                            scratch.scores,
                            row * WIDTH + query,
                            scratch.found,
                            (panel * WIDTH + query) * WIDTH);
                }
            }
        }
    }

    private int panels() {
        return (size - 1) / WIDTH + 1;
    }

    private void put(int head, int first, int count, Scratch scratch) {
        for (int i = 0; i < count; i++) {
            for (int k = 0; k < size; k += LANES) {
                int from = (k / WIDTH * WIDTH + i) * WIDTH + k % WIDTH;
                FloatVector.fromArray(SPECIES, scratch.found, from)
                        .div(scratch.sums[i])
                        .intoArray(scratch.line, k);
            }
            out.put(first + i, head * size, scratch.line, size);
        }
    }
}
