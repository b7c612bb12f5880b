package io.lavastream.kernels;

import static io.lavastream.kernels.VectorMemory.SPECIES;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Attention of consecutive positions of one sequence, each to those before it and to itself, in a paged cache; some rows at a time, whose
 * scores never leave the caches (arXiv 2205.14135).
 */
public final class PromptAttention {
    private static final int ROWS = PanelTile.ROWS;
    private static final int WIDTH = PanelTile.WIDTH;
    private static final int LANES = SPECIES.length();

    /** Of one tile of rows; of the thread that computes. */
    private static final class Scratch {
        float[] line = new float[0];
        float[] scores = new float[0];
        float[] sums = new float[0];
        final float[] queries = new float[ROWS * PackedRows.DISTANCE];
        final float[] totals = new float[ROWS];

        void fit(int size, int positions) {
            if (line.length < size) {
                line = new float[size];
                sums = new float[ROWS * size];
            }
            if (scores.length < ROWS * positions) {
                scores = new float[ROWS * positions];
            }
        }
    }

    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    private final PagedCache cache;
    private final Object keys;
    private final Object values;
    private final FreshRows fresh;

    /** All rows' queries, then keys, then values, [heads, rows, size] each. */
    private final float[] arranged;

    private final FloatBuffer out;
    private final int queryHeads;
    private final int group;
    private final int[] places;
    private final int start;
    private final int count;

    private PromptAttention(
            PagedCache cache, FreshRows fresh, int[] places, int start, int count, ByteBuffer out) {
        this.cache = cache;
        this.keys = VectorMemory.of(cache.keys());
        this.values = VectorMemory.of(cache.values());
        this.fresh = fresh;
        int heads = fresh.queryHeads() + 2 * fresh.heads();
        this.arranged = ScratchArray.ofCaller(Math.multiplyExact(heads * count, cache.size()));
        this.out = out.asFloatBuffer();
        this.group = fresh.group();
        this.queryHeads = fresh.queryHeads();
        this.places = places;
        this.start = start;
        this.count = count;
        if (cache.pagesOf(start + count) > places.length) {
            throw new IllegalArgumentException(
                    "%d pages (expected: %d)"
                            .formatted(places.length, cache.pagesOf(start + count)));
        }
    }

    /**
     * Writes the rows' keys and values to the cache, and then to {@code out} what they find. All buffers are direct, and used from index
     * 0 on.
     *
     * @param places of the sequence's pages in the order of its positions
     * @param start position of the first row
     * @param count of rows that are positions; those behind them are padding, and find zeros
     * @param out [rows, query heads, size]
     * @throws IllegalArgumentException if there are fewer places than the positions need
     * @throws IndexOutOfBoundsException if a place is not in the cache
     */
    public static void attend(
            KernelThreads threads,
            PagedCache cache,
            FreshRows fresh,
            IntBuffer places,
            int start,
            int count,
            ByteBuffer out) {
        PromptAttention attention =
                new PromptAttention(cache, fresh, CacheAttention.ints(places), start, count, out);
        attention.run(threads);
        attention.clear(out.capacity() / (Float.BYTES * cache.size() * attention.queryHeads));
    }

    /** Writes keys and values, then what queries find. */
    private void run(KernelThreads threads) {
        threads.runRanges(count, this::arrange);
        threads.run(cache.heads(), this::write);
        threads.run(queryHeads, this::attend);
    }

    /** Head by head, turned: a row is read from end to end, and turned by angles that are read once. */
    private void arrange(int begin, int end) {
        for (int row = begin; row < end; row++) {
            FreshRows.Turn turn = fresh.turn(row);
            for (int head = 0; head < queryHeads; head++) {
                fresh.query(row, head, turn, arranged, arranged(head, row));
            }
            for (int head = 0; head < fresh.heads(); head++) {
                fresh.key(row, head, turn, arranged, arranged(queryHeads + head, row));
                fresh.value(row, head, arranged, arranged(queryHeads + fresh.heads() + head, row));
            }
        }
    }

    /** Where a row's values of one of all heads begin. */
    private int arranged(int head, int row) {
        return (head * count + row) * cache.size();
    }

    /** Page by page. */
    private void write(int head) {
        for (int row = 0; row < count; ) {
            int position = start + row;
            int inPage = position % cache.positions();
            int run = Math.min(cache.positions() - inPage, count - row);
            cache.writeRun(
                    places[position / cache.positions()],
                    inPage,
                    head,
                    run,
                    arranged,
                    arranged(queryHeads + head, row),
                    arranged,
                    arranged(queryHeads + fresh.heads() + head, row));
            row += run;
        }
    }

    private void clear(int rows) {
        float[] zeros = new float[cache.size() * queryHeads];
        for (int row = count; row < rows; row++) {
            out.put(row * zeros.length, zeros);
        }
    }

    /** All rows of one query head. */
    private void attend(int head) {
        Scratch scratch = SCRATCH.get();
        scratch.fit(cache.size(), cache.pagesOf(start + count) * cache.positions());
        for (int row = 0; row < count; row += ROWS) {
            attend(head, row, Math.min(ROWS, count - row), scratch);
        }
    }

    /** Some rows from {@code first} on, to all that the last of them may look at. */
    private void attend(int head, int first, int rows, Scratch scratch) {
        int size = cache.size();
        int positions = visible(first + rows - 1);
        int pieces = (positions - 1) / WIDTH + 1;
        pack(head, first, rows, scratch);
        Arrays.fill(scratch.scores, 0, pieces * ROWS * WIDTH, 0);
        for (int piece = 0; piece < pieces; piece++) {
            PanelTile.most(
                    keys,
                    at(head, piece) + inPage(piece) * Float.BYTES,
                    cache.positions() * Float.BYTES,
                    size,
                    scratch.queries,
                    0,
                    scratch.scores,
                    piece * ROWS * WIDTH);
        }
        for (int row = 0; row < ROWS; row++) {
            scratch.totals[row] =
                    Softmax.ofRow(
                            scratch.scores,
                            row * WIDTH,
                            ROWS * WIDTH,
                            pieces,
                            visible(first + Math.min(row, rows - 1)));
        }
        weigh(head, pieces, positions, scratch);
        unpack(head, first, rows, scratch);
    }

    /** How many positions a row looks at. */
    private int visible(int row) {
        return start + row + 1;
    }

    private void weigh(int head, int pieces, int positions, Scratch scratch) {
        int size = cache.size();
        Arrays.fill(scratch.sums, 0, ROWS * size, 0);
        for (int piece = 0; piece < pieces; piece++) {
            int at = at(head, piece) + inPage(piece) * size * Float.BYTES;
            for (int column = 0; column < size; column += WIDTH) {
                ShareTile.add(
                        scratch.scores,
                        piece * ROWS * WIDTH,
                        values,
                        at + column * Float.BYTES,
                        size * Float.BYTES,
                        scratch.sums,
                        column * ROWS,
                        Math.min(WIDTH, positions - piece * WIDTH));
            }
        }
    }

    /** Queries as {@link PanelTile} takes them; those of rows that are not there are of no matter to the others. */
    private void pack(int head, int first, int rows, Scratch scratch) {
        for (int row = 0; row < rows; row++) {
            System.arraycopy(
                    arranged,
                    arranged(head, first + row),
                    scratch.queries,
                    row * PackedRows.DISTANCE,
                    cache.size());
        }
    }

    private void unpack(int head, int first, int rows, Scratch scratch) {
        for (int row = 0; row < rows; row++) {
            float total = scratch.totals[row];
            for (int i = 0; i < cache.size(); i += LANES) {
                int at = (i / WIDTH * ROWS + row) * WIDTH + i % WIDTH;
                FloatVector.fromArray(SPECIES, scratch.sums, at)
                        .div(total)
                        .intoArray(scratch.line, i);
            }
            out.put(index(head, first + row), scratch.line, 0, cache.size());
        }
    }

    private int index(int head, int row) {
        return (row * queryHeads + head) * cache.size();
    }

    /** Byte at which the page's keys or values begin that has the {@code piece}th WIDTH positions. */
    private int at(int head, int piece) {
        return cache.at(places[piece * WIDTH / cache.positions()], head / group);
    }

    /** Where in its page the {@code piece}th WIDTH positions begin. */
    private int inPage(int piece) {
        return piece * WIDTH % cache.positions();
    }
}
