package io.lavastream.kernels;

import java.lang.ref.Reference;
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

    /**
     * What is read, and what after that.
     *
     * @param memory address of the cache's keys or values, of which {@code next} is a page: it is fetched meanwhile
     */
    private record Pages(int[] read, long memory, int next) {}

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
    public void scores(int[] pages, int first, int heads, float[] queries, float[] scores) {
        Scratch scratch = SCRATCH.get();
        int size = cache.size();
        int room = Math.multiplyExact(pages.length, cache.positions());
        int count = Math.multiplyExact(heads, room);
        scratch.queries = put(queries, Math.multiplyExact(heads, size), scratch.queries);
        scratch.scores = CodeCall.fitFloats(scratch.scores, count);
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
        add(scratch, new Pages(pages, values, pages[0]), first, heads, sums);
        scratch.scores.asFloatBuffer().get(0, scores, 0, count);
    }

    /** @throws IllegalArgumentException if pages have fewer positions than {@code length} */
    @Override
    public void found(
            int[] pages, int length, int first, int heads, float[] shares, float[] found) {
        Scratch scratch = SCRATCH.get();
        int size = cache.size();
        int positions = cache.positions();
        int room = Math.multiplyExact(pages.length, positions);
        if (length > room) {
            throw new IllegalArgumentException(
                    "%d positions (expected: up to %d, in %d pages)"
                            .formatted(length, room, pages.length));
        }
        scratch.scores = put(shares, Math.multiplyExact(heads, room), scratch.scores);
        Arrays.fill(found, 0, heads * size, 0);
        scratch.sums = put(found, heads * size, scratch.sums);
        int full = length / positions;
        int rest = length % positions;
        long numbers = CodeCall.address(scratch.scores);
        long sums = CodeCall.address(scratch.sums);
        if (full > 0) {
            int next = pages[rest > 0 ? full : full - 1];
            Pages some = new Pages(Arrays.copyOf(pages, full), values, next);
            add(scratch, some, first, heads, ofValues(positions, numbers, room, sums));
        }
        if (rest > 0) {
            Pages last = new Pages(new int[] {pages[full]}, values, pages[full]);
            long ofLast = numbers + (long) full * positions * Float.BYTES;
            add(scratch, last, first, heads, ofValues(rest, ofLast, room, sums));
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

    /** As many heads at once as there are streams, and then each that is left by itself. */
    private void add(Scratch scratch, Pages pages, int first, int heads, Sums sums) {
        requirePages(pages, first, heads);
        int streams = StreamUnit.streams(sums.width());
        int times = heads / streams;
        if (times > 0) {
            add(scratch, pages, first, times, sums, true);
        }
        int done = times * streams;
        if (done < heads) {
            add(scratch, pages, first + done, heads - done, sums.fromHead(done), false);
        }
        Reference.reachabilityFence(cache);
    }

    private void requirePages(Pages pages, int first, int heads) {
        int bytes = cache.at(0, heads);
        int room = Math.min(cache.keys().capacity(), cache.values().capacity());
        for (int page : pages.read()) {
            Objects.checkFromIndexSize(cache.at(page, first), bytes, room);
        }
    }

    private void add(Scratch scratch, Pages pages, int first, int times, Sums sums, boolean many) {
        putPlaces(scratch, pages, first, sums.memory());
        scratch.call
                .with(CacheCall.PLACES, CodeCall.address(scratch.places))
                .with(CacheCall.PAGES, pages.read().length)
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
    private void putPlaces(Scratch scratch, Pages pages, int first, long memory) {
        int[] read = pages.read();
        int bytes = Math.multiplyExact(read.length + 1, Long.BYTES);
        scratch.places = CodeCall.fit(scratch.places, bytes);
        for (int i = 0; i < read.length; i++) {
            scratch.places.putLong(i * Long.BYTES, memory + cache.at(read[i], first));
        }
        long behind = pages.memory() + cache.at(pages.next(), first);
        scratch.places.putLong(read.length * Long.BYTES, behind);
    }

    private static ByteBuffer put(float[] from, int count, ByteBuffer lines) {
        ByteBuffer target = CodeCall.fitFloats(lines, count);
        target.asFloatBuffer().put(0, from, 0, count);
        return target;
    }
}
