package io.lavastream.kernels;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;

/**
 * Attention of single positions, one of each of some sequences, to their keys and values in a paged cache (arXiv 2309.06180): pages are
 * read where they lie. Takes as long as reading keys and values does.
 */
public final class CacheAttention {
    /** What a page holds of fewer heads is so short that reading takes longer to come up to speed. */
    private static final int HEADS = 8;

    /** What a cache consists of: [pages, heads, positions, size]. */
    public record Pages(ByteBuffer keys, ByteBuffer values, int heads, int positions, int size) {}

    /** Queries, scores and sums of some heads; of the thread that computes. */
    private static final class Scratch {
        float[] queries = new float[0];
        float[] scores = new float[0];
        float[] sums = new float[0];

        void fit(int values, int positions) {
            if (queries.length < values) {
                queries = new float[values];
                sums = new float[values];
            }
            if (scores.length < positions) {
                scores = new float[positions];
            }
        }
    }

    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    private final Pages pages;
    private final Object keys;
    private final Object values;
    private final FloatBuffer queries;
    private final FloatBuffer out;
    private final int group;
    private final int[] places;
    private final int[] lengths;
    private final int[] firstPlace;

    private CacheAttention(
            Pages pages,
            ByteBuffer queries,
            ByteBuffer out,
            int group,
            int[] places,
            int[] lengths) {
        this.pages = pages;
        this.keys = VectorMemory.of(pages.keys());
        this.values = VectorMemory.of(pages.values());
        this.queries = queries.asFloatBuffer();
        this.out = out.asFloatBuffer();
        this.group = group;
        this.places = places;
        this.lengths = lengths;
        this.firstPlace = new int[lengths.length];
        int place = 0;
        for (int row = 0; row < lengths.length; row++) {
            firstPlace[row] = place;
            place += (lengths[row] + pages.positions() - 1) / pages.positions();
        }
        if (place != places.length) {
            throw new IllegalArgumentException(
                    "%d pages (expected: %d)".formatted(places.length, place));
        }
    }

    /** Whether heads of so many values can be attended to: a whole number of vectors. */
    public static boolean takes(int size) {
        return size % VectorMemory.SPECIES.length() == 0;
    }

    /**
     * Writes what each row finds. All buffers are direct, and used from index 0 on.
     *
     * @param queries [rows, heads, group, size], scaled
     * @param group queries of each head
     * @param places of the first row's pages in the order of its positions, then of the second's, ...
     * @param lengths [rows], how many positions each attends to
     * @param out as queries
     * @throws IllegalArgumentException if there are more or fewer places than lengths need
     * @throws IndexOutOfBoundsException if a place is not in the cache
     */
    public static void attend(
            KernelThreads threads,
            Pages pages,
            ByteBuffer queries,
            int group,
            IntBuffer places,
            IntBuffer lengths,
            ByteBuffer out) {
        CacheAttention attention =
                new CacheAttention(pages, queries, out, group, ints(places), ints(lengths));
        attention.run(threads);
    }

    /** Each part takes one row and consecutive heads, which lie one behind the other in a page. */
    private void run(KernelThreads threads) {
        int heads = pages.heads();
        int share = (lengths.length * heads - 1) / (2 * threads.count()) + 1;
        int least = Math.min(HEADS, (heads - 1) / threads.count() + 1);
        int blocks = (heads - 1) / Math.max(share, least) + 1;
        threads.run(
                blocks * lengths.length,
                part ->
                        attend(
                                part / blocks,
                                heads * (part % blocks) / blocks,
                                heads * (part % blocks + 1) / blocks));
    }

    /** One row, and heads from {@code first} to {@code end} - 1, page by page. */
    private void attend(int row, int first, int end) {
        int size = pages.size();
        int length = lengths[row];
        int room = VectorMath.roundedUp(length);
        int begin = (row * pages.heads() + first) * group;
        int count = (end - first) * group;
        Scratch scratch = SCRATCH.get();
        scratch.fit(count * size, count * room);
        queries.get(begin * size, scratch.queries, 0, count * size);
        for (int from = 0; from < length; from += pages.positions()) {
            int here = Math.min(pages.positions(), length - from);
            for (int query = 0; query < count; query++) {
                CacheTile.scores(
                        scratch.queries,
                        query * size,
                        keys,
                        at(row, first + query / group, from),
                        size,
                        scratch.scores,
                        query * room + from,
                        here);
            }
        }
        weigh(row, first, count, room, scratch);
        out.put(begin * size, scratch.sums, 0, count * size);
    }

    private void weigh(int row, int first, int count, int room, Scratch scratch) {
        int size = pages.size();
        int length = lengths[row];
        float[] totals = new float[count];
        for (int query = 0; query < count; query++) {
            totals[query] = VectorMath.softmax(scratch.scores, query * room, length);
        }
        Arrays.fill(scratch.sums, 0, count * size, 0);
        for (int from = 0; from < length; from += pages.positions()) {
            int here = Math.min(pages.positions(), length - from);
            for (int query = 0; query < count; query++) {
                CacheTile.weigh(
                        scratch.scores,
                        query * room + from,
                        values,
                        at(row, first + query / group, from),
                        size,
                        scratch.sums,
                        query * size,
                        here);
            }
        }
        for (int i = 0; i < count * size; i++) {
            scratch.sums[i] /= totals[i / size];
        }
    }

    /** Byte at which a head's keys or values of the page lie that begins with {@code position}. */
    private int at(int row, int head, int position) {
        int page = places[firstPlace[row] + position / pages.positions()];
        return Math.multiplyExact(
                (page * pages.heads() + head) * pages.positions(), pages.size() * Float.BYTES);
    }

    private static int[] ints(IntBuffer buffer) {
        int[] values = new int[buffer.remaining()];
        buffer.duplicate().get(values);
        return values;
    }
}
