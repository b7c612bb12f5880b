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
    /** Parts for each thread, as threads are not equally fast, nor sequences equally long. */
    private static final int SHARES = 8;

    /** What a cache consists of: [pages, heads, positions, size]. */
    public record Pages(ByteBuffer keys, ByteBuffer values, int heads, int positions, int size) {}

    /** Scores of one head's queries, and sums of its values; of the thread that computes. */
    private static final class Scratch {
        float[] query = new float[0];
        float[] scores = new float[0];
        float[] sums = new float[0];

        void fit(int size, int positions) {
            if (query.length < size) {
                query = new float[size];
                sums = new float[size];
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
        int items = lengths.remaining() * pages.heads();
        int parts = Math.min(items, threads.count() * SHARES);
        threads.run(
                parts,
                part ->
                        attention.items(
                                (int) ((long) items * part / parts),
                                (int) ((long) items * (part + 1) / parts)));
    }

    /** A row and a head each. */
    private void items(int begin, int end) {
        Scratch scratch = SCRATCH.get();
        for (int item = begin; item < end; item++) {
            int row = item / pages.heads();
            scratch.fit(pages.size(), VectorMath.roundedUp(lengths[row]));
            for (int query = 0; query < group; query++) {
                attend(row, item % pages.heads(), item * group + query, scratch);
            }
        }
    }

    private void attend(int row, int head, int query, Scratch scratch) {
        int size = pages.size();
        int length = lengths[row];
        queries.get(query * size, scratch.query, 0, size);
        for (int from = 0; from < length; from += pages.positions()) {
            int count = Math.min(pages.positions(), length - from);
            CacheTile.scores(
                    scratch.query, 0, keys, at(row, head, from), size, scratch.scores, from, count);
        }
        float sum = VectorMath.softmax(scratch.scores, length);
        Arrays.fill(scratch.sums, 0, size, 0);
        for (int from = 0; from < length; from += pages.positions()) {
            int count = Math.min(pages.positions(), length - from);
            CacheTile.weigh(
                    scratch.scores, from, values, at(row, head, from), size, scratch.sums, count);
        }
        for (int i = 0; i < size; i++) {
            scratch.sums[i] /= sum;
        }
        out.put(query * size, scratch.sums, 0, size);
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
