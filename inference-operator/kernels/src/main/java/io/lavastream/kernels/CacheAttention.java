package io.lavastream.kernels;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Attention of single positions, one of each of some sequences, to their keys and values in a paged cache, which are read where they lie.
 * Takes as long as reading them does.
 */
public final class CacheAttention {
    /** What a page holds of fewer heads is so short that reading takes longer to come up to speed. */
    private static final int HEADS = 8;

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

    private final PagedCache cache;
    private final CacheSums sums;
    private final FreshRows fresh;
    private final FloatBuffer out;
    private final int group;
    private final int[] places;
    private final int[] lengths;
    private final int[] firstPlace;

    private CacheAttention(
            PagedCache cache, FreshRows fresh, int[] places, int[] lengths, ByteBuffer out) {
        this.cache = cache;
        this.sums = sums(cache, fresh.group());
        this.fresh = fresh;
        this.out = out.asFloatBuffer();
        this.group = fresh.group();
        this.places = places;
        this.lengths = lengths;
        this.firstPlace = new int[lengths.length];
        int place = 0;
        for (int row = 0; row < lengths.length; row++) {
            firstPlace[row] = place;
            place += cache.pagesOf(lengths[row]);
        }
        if (place != places.length) {
            throw new IllegalArgumentException(
                    "%d pages (expected: %d)".formatted(places.length, place));
        }
    }

    /** As this machine is faster. */
    private static CacheSums sums(PagedCache cache, int group) {
        Optional<CacheStreams> streams = CacheStreams.of(cache, group);
        return streams.isPresent() ? streams.get() : new CacheLoops(cache, group);
    }

    /**
     * Writes each row's key and value to the cache, at its last position, and then to {@code out} what it finds. All buffers are direct,
     * and used from index 0 on.
     *
     * @param places of the first row's pages in the order of its positions, then of the second's, ...
     * @param lengths [rows], how many positions each attends to, its own among them
     * @param out [rows, query heads, size]
     * @throws IllegalArgumentException if there are more or fewer places than lengths need
     * @throws IndexOutOfBoundsException if a place is not in the cache
     */
    public static void attend(
            KernelThreads threads,
            PagedCache cache,
            FreshRows fresh,
            IntBuffer places,
            IntBuffer lengths,
            ByteBuffer out) {
        new CacheAttention(cache, fresh, ints(places), ints(lengths), out).run(threads);
    }

    /** Each part takes one row and consecutive heads, which lie one behind the other in a page. */
    private void run(KernelThreads threads) {
        int heads = cache.heads();
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

    /** One row, and heads from {@code first} to {@code end} - 1; its own position first, which nobody else looks at. */
    private void attend(int row, int first, int end) {
        int last = lengths[row] - 1;
        cache.write(page(row, last), last % cache.positions(), fresh, row, first, end);
        int size = cache.size();
        int length = lengths[row];
        int room = cache.pagesOf(length) * cache.positions();
        int begin = (row * cache.heads() + first) * group;
        int count = (end - first) * group;
        Scratch scratch = SCRATCH.get();
        scratch.fit(count * size, count * room);
        FreshRows.Turn turn = fresh.turn(row);
        for (int query = 0; query < count; query++) {
            fresh.query(row, first * group + query, turn, scratch.queries, query * size);
        }
        int[] pages = pages(row);
        sums.scores(pages, first, end - first, scratch.queries, scratch.scores);
        float[] totals = new float[count];
        for (int query = 0; query < count; query++) {
            totals[query] =
                    Softmax.ofRow(
                            scratch.scores,
                            query * room,
                            PanelTile.WIDTH,
                            room / PanelTile.WIDTH,
                            length);
        }
        sums.found(pages, length, first, end - first, scratch.scores, scratch.sums);
        for (int i = 0; i < count * size; i++) {
            scratch.sums[i] /= totals[i / size];
        }
        out.put(begin * size, scratch.sums, 0, count * size);
    }

    private int[] pages(int row) {
        int begin = firstPlace[row];
        return Arrays.copyOfRange(places, begin, begin + cache.pagesOf(lengths[row]));
    }

    private int page(int row, int position) {
        return places[firstPlace[row] + position / cache.positions()];
    }

    static int[] ints(IntBuffer buffer) {
        int[] values = new int[buffer.remaining()];
        buffer.duplicate().get(values);
        return values;
    }
}
