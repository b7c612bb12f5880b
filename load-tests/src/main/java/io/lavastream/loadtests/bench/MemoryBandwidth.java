package io.lavastream.loadtests.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** How fast memory is read: threads sum what is larger than their caches, all at once, in several rounds. */
final class MemoryBandwidth {
    /**
     * 128 MiB a thread, for which there is room in the heap: more than the last-level cache but on processors whose is shared by many, and not
     * ours alone (of 300 MiB it took two threads as long to read 256 MiB as 1 280).
     */
    private static final int LONGS = 1 << 24;

    /** Of each way to read. */
    private static final int ROUNDS = 6;

    /** In {@link System#nanoTime}. */
    private record Span(long begin, long end) {}

    private MemoryBandwidth() {}

    /** Bytes a second that {@code threads} read together, of each round of the faster way to read. */
    static Samples measure(int threads) {
        CyclicBarrier start = new CyclicBarrier(threads);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<List<Span>>> readers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                readers.add(pool.submit(reader(start)));
            }
            List<List<Span>> spans = new ArrayList<>();
            for (Future<List<Span>> reader : readers) {
                spans.add(reader.get());
            }
            return rates(spans);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while memory was read", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }

    /** From the first begin of a round to its last end, all threads' bytes; of the way to read whose median is higher. */
    private static Samples rates(List<List<Span>> readers) {
        double bytes = readers.size() * (double) LONGS * Long.BYTES;
        Samples two = new Samples();
        Samples four = new Samples();
        for (int round = 0; round < 2 * ROUNDS; round++) {
            int index = round;
            long begin = readers.stream().mapToLong(r -> r.get(index).begin()).min().orElseThrow();
            long end = readers.stream().mapToLong(r -> r.get(index).end()).max().orElseThrow();
            (isOfTwo(round) ? two : four).add(bytes / ((end - begin) / 1e9));
        }
        return two.median() > four.median() ? two : four;
    }

    private static boolean isOfTwo(int round) {
        return round % 2 == 0;
    }

    /** When one thread read in each round that all begin together. */
    private static Callable<List<Span>> reader(CyclicBarrier start) {
        return () -> {
            long[] memory = new long[LONGS];
            for (int i = 0; i < LONGS; i++) {
                memory[i] = i;
            }
            List<Span> spans = new ArrayList<>();
            for (int round = 0; round < 2 * ROUNDS; round++) {
                await(start);
                long begin = System.nanoTime();
                long sum = isOfTwo(round) ? sumOfHalves(memory) : sumOfQuarters(memory);
                spans.add(new Span(begin, System.nanoTime()));
                requireSum(sum);
            }
            return spans;
        };
    }

    /**
     * In two places at once, which is faster than in one, as the processor fetches ahead in both. Eight independent sums, so that no addition waits for
     * the one before it.
     */
    private static long sumOfHalves(long[] memory) {
        int half = memory.length / 2;
        long a = 0;
        long b = 0;
        long c = 0;
        long d = 0;
        long e = 0;
        long f = 0;
        long g = 0;
        long h = 0;
        for (int i = 0; i < half; i += 4) {
            a += memory[i];
            b += memory[i + 1];
            c += memory[i + 2];
            d += memory[i + 3];
            e += memory[half + i];
            f += memory[half + i + 1];
            g += memory[half + i + 2];
            h += memory[half + i + 3];
        }
        return a + b + c + d + e + f + g + h;
    }

    /** In four places, which is faster still on machines that give little for each. */
    private static long sumOfQuarters(long[] memory) {
        int quarter = memory.length / 4;
        long a = 0;
        long b = 0;
        long c = 0;
        long d = 0;
        long e = 0;
        long f = 0;
        long g = 0;
        long h = 0;
        for (int i = 0; i < quarter; i += 2) {
            a += memory[i];
            b += memory[i + 1];
            c += memory[quarter + i];
            d += memory[quarter + i + 1];
            e += memory[2 * quarter + i];
            f += memory[2 * quarter + i + 1];
            g += memory[3 * quarter + i];
            h += memory[3 * quarter + i + 1];
        }
        return a + b + c + d + e + f + g + h;
    }

    /** Also keeps the compiler from leaving the sum out. */
    private static void requireSum(long sum) {
        long expected = (long) LONGS * (LONGS - 1) / 2;
        if (sum != expected) {
            throw new IllegalStateException("sum: %d (expected: %d)".formatted(sum, expected));
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while memory was read", e);
        } catch (BrokenBarrierException e) {
            throw new IllegalStateException("another reader failed", e);
        }
    }
}
