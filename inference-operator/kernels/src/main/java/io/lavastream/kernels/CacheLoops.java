package io.lavastream.kernels;

import java.util.Arrays;

/** The sums of attention by the JVM's vectors, page by page, see {@link CacheTile}. Immutable. */
final class CacheLoops implements CacheSums {
    private final PagedCache cache;
    private final Object keys;
    private final Object values;

    /** Queries of a head. */
    private final int group;

    CacheLoops(PagedCache cache, int group) {
        this.cache = cache;
        this.keys = VectorMemory.of(cache.keys());
        this.values = VectorMemory.of(cache.values());
        this.group = group;
    }

    @Override
    public void scores(int[] pages, int first, int heads, float[] queries, float[] scores) {
        int size = cache.size();
        int room = pages.length * cache.positions();
        Arrays.fill(scores, 0, heads * group * room, 0);
        for (int i = 0; i < pages.length; i++) {
            FetchAhead ahead = behindKeys(pages, i, first, heads);
            for (int query = 0; query < heads * group; query++) {
                CacheTile.add(
                        queries,
                        query * size,
                        keys,
                        cache.at(pages[i], first + query / group),
                        cache.positions(),
                        scores,
                        query * room + i * cache.positions(),
                        size,
                        share(ahead, query));
            }
        }
    }

    @Override
    public void found(
            int[] pages, int length, int first, int heads, float[] shares, float[] found) {
        int size = cache.size();
        int room = pages.length * cache.positions();
        Arrays.fill(found, 0, heads * group * size, 0);
        for (int i = 0; i < pages.length; i++) {
            int from = i * cache.positions();
            int here = Math.min(cache.positions(), length - from);
            FetchAhead ahead = behindValues(pages, i, first, heads);
            for (int query = 0; query < heads * group; query++) {
                CacheTile.add(
                        shares,
                        query * room + from,
                        values,
                        cache.at(pages[i], first + query / group),
                        size,
                        found,
                        query * size,
                        here,
                        share(ahead, query));
            }
        }
    }

    /** What of some heads is read behind the keys of a page, the {@code i}th: those of the next, or the first values. */
    private FetchAhead behindKeys(int[] pages, int i, int first, int heads) {
        int bytes = cache.at(0, heads);
        return i + 1 < pages.length
                ? FetchAhead.of(keys, cache.at(pages[i + 1], first), bytes)
                : FetchAhead.of(values, cache.at(pages[0], first), bytes);
    }

    /** Likewise, behind the values: nothing behind the last ones. */
    private FetchAhead behindValues(int[] pages, int i, int first, int heads) {
        return i + 1 < pages.length
                ? FetchAhead.of(values, cache.at(pages[i + 1], first), cache.at(0, heads))
                : FetchAhead.none(values, cache.at(pages[i], first));
    }

    /** Each head's first query touches a part of it. */
    private FetchAhead share(FetchAhead ahead, int query) {
        return query % group == 0
                ? ahead.from(query / group * (cache.at(0, 1) / 4))
                : FetchAhead.none(ahead.memory(), ahead.at());
    }
}
