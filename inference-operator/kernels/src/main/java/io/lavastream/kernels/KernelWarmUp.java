package io.lavastream.kernels;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * Lets the JIT compiler see every kernel before it counts: what is not compiled yet makes an object of each vector and takes a thousand
 * times as long.
 */
public final class KernelWarmUp {
    /** So many rounds in a row that are no faster than those before: the compiler is done. */
    private static final int STEADY = 20;

    private static final double FASTER = 0.9;
    private static final int DEPTH = 256;
    private static final int PANELS = 6;
    private static final int HEADS = 2;
    private static final int PAGES = 4;

    /** Every tile of rows, alone and after others, and more rows than are done at once. */
    private static final int[] ROWS = {1, 2, 4, 8, 15, 150};

    private final KernelThreads threads;
    private final ByteBuffer memory;
    private final ByteBuffer out;

    private KernelWarmUp(KernelThreads threads) {
        this.threads = threads;
        int rows = ROWS[ROWS.length - 1];
        memory = floats(Math.max(PANELS * DEPTH * PanelTile.WIDTH, rows * DEPTH));
        out = floats(rows * PANELS * PanelTile.WIDTH);
    }

    /**
     * Runs all kernels again and again, until they get no faster.
     *
     * @param limit after which it ends in any case
     * @param nanoTime monotonic nanoseconds
     */
    public static void run(KernelThreads threads, Duration limit, LongSupplier nanoTime) {
        KernelWarmUp warmUp = new KernelWarmUp(threads);
        long begin = nanoTime.getAsLong();
        long best = Long.MAX_VALUE;
        int steady = 0;
        for (long now = begin; steady < STEADY && now - begin < limit.toNanos(); ) {
            warmUp.round();
            long end = nanoTime.getAsLong();
            steady = end - now < best * FASTER ? 0 : steady + 1;
            best = Math.min(best, end - now);
            now = end;
        }
    }

    private void round() {
        for (int rows : ROWS) {
            PanelProduct.multiply(
                    threads, memory, memory, out, rows, DEPTH, PANELS * PanelTile.WIDTH);
            PanelProduct.swiGlu(
                    threads, memory, memory, out, rows, DEPTH, PANELS / 2 * PanelTile.WIDTH);
        }
        int positions = 2 * PanelTile.WIDTH;
        for (int size : new int[] {2 * PanelTile.WIDTH, 3 * PanelTile.WIDTH}) {
            int page = HEADS * positions * size;
            PagedCache cache =
                    new PagedCache(
                            floats(PAGES * page), floats(PAGES * page), HEADS, positions, size);
            attend(cache, PAGES * positions - 1);
        }
    }

    private void attend(PagedCache cache, int length) {
        int rows = 2 * cache.positions() + 3;
        ByteBuffer values = floats(rows * HEADS * cache.size());
        FreshRows fresh = new FreshRows(values, values, values, 1);
        ByteBuffer found = floats(rows * HEADS * cache.size());
        int[] places = new int[PAGES];
        Arrays.setAll(places, place -> place);
        CacheAttention.attend(
                threads,
                cache,
                fresh,
                IntBuffer.wrap(places),
                IntBuffer.wrap(new int[] {length}),
                found);
        PromptAttention.attend(
                threads, cache, fresh, IntBuffer.wrap(places), length - rows, rows, found);
    }

    /** Zeros. */
    private static ByteBuffer floats(int count) {
        return ByteBuffer.allocateDirect(count * Float.BYTES).order(ByteOrder.nativeOrder());
    }
}
