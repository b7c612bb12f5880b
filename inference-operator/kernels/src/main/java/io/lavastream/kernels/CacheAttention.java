package io.lavastream.kernels;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;

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
    private final Object keys;
    private final Object values;
    private final FreshRows fresh;
    private final FloatBuffer out;
    private final int group;
    private final int[] places;
    private final int[] lengths;
    private final int[] firstPlace;

    private CacheAttention(
            PagedCache cache, FreshRows fresh, int[] places, int[] lengths, ByteBuffer out) {
        this.cache = cache;
        this.keys = VectorMemory.of(cache.keys());
        this.values = VectorMemory.of(cache.values());
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

    /** One row, and heads from {@code first} to {@code end} - 1, page by page; its own position first, which nobody else looks at. */
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
        Arrays.fill(scratch.scores, 0, count * room, 0);
        for (int from = 0; from < length; from += cache.positions()) {
            int page = page(row, from);
            FetchAhead ahead = behindKeys(row, from, first, end);
            for (int query = 0; query < count; query++) {
                CacheTile.add(
                        scratch.queries,
                        query * size,
                        keys,
                        cache.at(page, first + query / group),
                        cache.positions(),
                        scratch.scores,
                        query * room + from,
                        size,
                        share(ahead, query));
            }
        }
        weigh(row, first, end, room, scratch);
        out.put(begin * size, scratch.sums, 0, count * size);
    }

    private void weigh(int row, int first, int end, int room, Scratch scratch) {
        int size = cache.size();
        int count = (end - first) * group;
        int length = lengths[row];
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
        Arrays.fill(scratch.sums, 0, count * size, 0);
        for (int from = 0; from < length; from += cache.positions()) {
            int page = page(row, from);
            int here = Math.min(cache.positions(), length - from);
            FetchAhead ahead = behindValues(row, from, first, end);
            for (int query = 0; query < count; query++) {
                CacheTile.add(
                        scratch.scores,
                        query * room + from,
                        values,
                        cache.at(page, first + query / group),
                        size,
                        scratch.sums,
                        query * size,
                        here,
                        share(ahead, query));
            }
        }
        for (int i = 0; i < count * size; i++) {
            scratch.sums[i] /= totals[i / size];
        }
    }

    /** What of some heads is read behind the keys of a page, the one of position {@code from}: those of the next, or the first values. */
    private FetchAhead behindKeys(int row, int from, int first, int end) {
        int next = from + cache.positions();
        int bytes = cache.at(0, end - first);
        return next < lengths[row]
                ? FetchAhead.of(keys, cache.at(page(row, next), first), bytes)
                : FetchAhead.of(values, cache.at(page(row, 0), first), bytes);
    }

    /** Likewise, behind the values: nothing behind the last ones. */
    private FetchAhead behindValues(int row, int from, int first, int end) {
        int next = from + cache.positions();
        return next < lengths[row]
                ? FetchAhead.of(values, cache.at(page(row, next), first), cache.at(0, end - first))
                : FetchAhead.none(values, cache.at(page(row, from), first));
    }

    /** Each head's first query touches a part of it. */
    private FetchAhead share(FetchAhead ahead, int query) {
        return query % group == 0
                ? ahead.from(query / group * (cache.at(0, 1) / 4))
                : FetchAhead.none(ahead.memory(), ahead.at());
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
