package io.lavastream.kernels;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * The sums of {@link CacheAttention} by {@link CacheCode}, where there is one query for each head. Immutable; what is computed on the way belongs to the thread that
 * computes.
 */
final class CacheStreams implements CacheSums {
    /** What is computed on the way, in memory outside the heap; of the thread that computes. */
    private static final class Scratch {
        final CacheCall call = new CacheCall();
        ByteBuffer places = CodeCall.lines(0);
        ByteBuffer queries = CodeCall.lines(0);
        ByteBuffer scores = CodeCall.lines(0);
        ByteBuffer sums = CodeCall.lines(0);
    }

    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    /**
     * Sums of rows, each times a number. Distances are in floats.
     *
     * @param memory address of the cache's keys or values
     * @param width of a row
     * @param count rows of a page and head
     * @param numbers address
     * @param sums address
     * @param fresh whether sums begin with nothing, else with what is there
     */
    private record Sums(
            long memory,
            int width,
            int count,
            long numbers,
            int numbersOfHead,
            int numbersOfPage,
            long sums,
            int sumsOfHead,
            int sumsOfPage,
            boolean fresh) {
        Sums fromHead(int head) {
            long ofNumbers = numbers + (long) head * numbersOfHead * Float.BYTES;
            long ofSums = sums + (long) head * sumsOfHead * Float.BYTES;
            return new Sums(
                    memory,
                    width,
                    count,
                    ofNumbers,
                    numbersOfHead,
                    numbersOfPage,
                    ofSums,
                    sumsOfHead,
                    sumsOfPage,
                    fresh);
        }
    }

    private final StreamUnit unit;
    private final PagedCache cache;
    private final long keys;
    private final long values;

    private CacheStreams(StreamUnit unit, PagedCache cache) {
        this.unit = unit;
        this.cache = cache;
        this.keys = CodeCall.address(cache.keys());
        this.values = CodeCall.address(cache.values());
    }

    /**
     * Empty where there is no such code, for pages of that size or at all.
     *
     * @param group queries of a head
     */
    static Optional<CacheStreams> of(PagedCache cache, int group) {
        boolean taken =
                group == 1 && StreamUnit.takes(cache.positions()) && StreamUnit.takes(cache.size());
        return taken
                ? StreamUnit.INSTANCE.map(unit -> new CacheStreams(unit, cache))
                : Optional.empty();
    }

    @Override
    public void scores(
            int[] pages, int length, int first, int heads, float[] queries, float[] scores) {
        Scratch scratch = SCRATCH.get();
        int size = cache.size();
        int room = pages.length * cache.positions();
        scratch.queries = put(queries, heads * size, scratch.queries);
        scratch.scores = CodeCall.fit(scratch.scores, heads * room * Float.BYTES);
        Sums sums =
                new Sums(
                        keys,
                        cache.positions(),
                        size,
                        CodeCall.address(scratch.queries),
                        size,
                        0,
                        CodeCall.address(scratch.scores),
                        room,
                        cache.positions(),
                        true);
        add(scratch, pages, first, heads, sums, values);
        scratch.scores.asFloatBuffer().get(0, scores, 0, heads * room);
    }

    @Override
    public void found(
            int[] pages, int length, int first, int heads, float[] shares, float[] found) {
        Scratch scratch = SCRATCH.get();
        int size = cache.size();
        int positions = cache.positions();
        int room = pages.length * positions;
        scratch.scores = put(shares, heads * room, scratch.scores);
        Arrays.fill(found, 0, heads * size, 0);
        scratch.sums = put(found, heads * size, scratch.sums);
        int full = length / positions;
        int rest = length % positions;
        long numbers = CodeCall.address(scratch.scores);
        long sums = CodeCall.address(scratch.sums);
        if (full > 0) {
            int[] some = Arrays.copyOf(pages, full);
            add(scratch, some, first, heads, ofValues(positions, numbers, room, sums), values);
        }
        if (rest > 0) {
            int[] last = {pages[full]};
            long ofLast = numbers + (long) full * positions * Float.BYTES;
            add(scratch, last, first, heads, ofValues(rest, ofLast, room, sums), values);
        }
        scratch.sums.asFloatBuffer().get(0, found, 0, heads * size);
    }

    private Sums ofValues(int count, long numbers, int room, long sums) {
        return new Sums(
                values,
                cache.size(),
                count,
                numbers,
                room,
                cache.positions(),
                sums,
                cache.size(),
                0,
                false);
    }

    /**
     * As many heads at once as there are streams, and then each that is left by itself.
     *
     * @param next where the first page is read next
     */
    private void add(Scratch scratch, int[] pages, int first, int heads, Sums sums, long next) {
        int streams = StreamUnit.streams(sums.width());
        int times = heads / streams;
        if (times > 0) {
            add(scratch, pages, first, times, sums, true, next);
        }
        int done = times * streams;
        if (done < heads) {
            add(scratch, pages, first + done, heads - done, sums.fromHead(done), false, next);
        }
    }

    private void add(
            Scratch scratch,
            int[] pages,
            int first,
            int times,
            Sums sums,
            boolean many,
            long next) {
        putPlaces(scratch, pages, first, sums.memory(), next);
        scratch.call
                .with(CacheCall.PLACES, CodeCall.address(scratch.places))
                .with(CacheCall.PAGES, pages.length)
                .with(CacheCall.COUNT, sums.count())
                .with(CacheCall.TIMES, times)
                .with(CacheCall.HEAD, cache.at(0, 1))
                .with(CacheCall.NUMBERS, sums.numbers())
                .with(CacheCall.NUMBERS_OF_HEAD, (long) sums.numbersOfHead() * Float.BYTES)
                .with(CacheCall.NUMBERS_OF_PAGE, (long) sums.numbersOfPage() * Float.BYTES)
                .with(CacheCall.SUMS, sums.sums())
                .with(CacheCall.SUMS_OF_HEAD, (long) sums.sumsOfHead() * Float.BYTES)
                .with(CacheCall.SUMS_OF_PAGE, (long) sums.sumsOfPage() * Float.BYTES)
                .run(unit.ofCache(sums.width(), many, sums.fresh()));
    }

    /** Where a head's rows are in each page, and where they are in what is read next. */
    private void putPlaces(Scratch scratch, int[] pages, int first, long memory, long next) {
        scratch.places = CodeCall.fit(scratch.places, (pages.length + 1) * Long.BYTES);
        for (int i = 0; i < pages.length; i++) {
            int at = cache.at(pages[i], first);
            int bytes = cache.at(0, cache.heads() - first);
            Objects.checkFromIndexSize(at, bytes, cache.keys().capacity());
            Objects.checkFromIndexSize(at, bytes, cache.values().capacity());
            scratch.places.putLong(i * Long.BYTES, memory + at);
        }
        long behind = next + cache.at(pages[0], first);
        scratch.places.putLong(pages.length * Long.BYTES, behind);
    }

    private static ByteBuffer put(float[] from, int count, ByteBuffer lines) {
        ByteBuffer target = CodeCall.fit(lines, count * Float.BYTES);
        target.asFloatBuffer().put(0, from, 0, count);
        return target;
    }
}
