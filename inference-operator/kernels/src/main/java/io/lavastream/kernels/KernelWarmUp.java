package io.lavastream.kernels;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

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
    private static final int POSITIONS = 2 * PanelTile.WIDTH;

    /** Size of the larger heads. */
    private static final int LARGE = 4 * PanelTile.WIDTH;

    /** Attentions in a round: some of their loops are called once in each, where a product calls its own for each of many tiles. */
    private static final int OFTEN = 4;

    /** Positions of a prompt. */
    private static final int PROMPT = 2 * POSITIONS + 3;

    /**
     * Every tile of rows, alone and after others, and more rows than are done at once. One row several times, as many threads leave few shares of two
     * panels, see {@link Twins}.
     */
    private static final int[] ROWS = {1, 1, 1, 1, 2, 4, 8, 15, 20, 23, 170};

    private final KernelThreads threads;
    private final Set<PanelFormat> formats;
    private final ByteBuffer memory;
    private final ByteBuffer out;

    /** What a product has before and behind it. */
    private record Surroundings(RowNorm norm, Epilogue epilogue) {}

    private final List<Surroundings> surroundings;
    private final Epilogue quickGelu;

    /** With heads of different sizes, which take different loops. */
    private final List<PagedCache> caches;

    private KernelWarmUp(KernelThreads threads, Set<PanelFormat> formats) {
        this.threads = threads;
        this.formats = formats;
        int rows = ROWS[ROWS.length - 1];
        memory =
                zeros(
                        IntStream.of(
                                        PANELS * DEPTH * PanelTile.WIDTH,
                                        rows * DEPTH,
                                        rows * PANELS * PanelTile.WIDTH,
                                        PROMPT * 3 * HEADS * LARGE)
                                .max()
                                .orElseThrow());
        out = zeros(Math.max(rows * PANELS * PanelTile.WIDTH, PROMPT * HEADS * LARGE));
        ByteBuffer row = memory.slice(0, DEPTH * Float.BYTES).order(ByteOrder.nativeOrder());
        quickGelu =
                new Epilogue(Optional.of(memory), Epilogue.Activation.QUICK_GELU, Optional.empty());
        surroundings =
                List.of(
                        new Surroundings(RowNorm.NONE, Epilogue.NONE),
                        new Surroundings(RowNorm.rootMeanSquare(row, 1), Epilogue.swiGlu()),
                        new Surroundings(RowNorm.layer(row, row, 1), quickGelu),
                        new Surroundings(
                                RowNorm.NONE,
                                new Epilogue(
                                        Optional.of(memory),
                                        Epilogue.Activation.NONE,
                                        Optional.of(memory))));
        caches = List.of(cache(2 * PanelTile.WIDTH), cache(3 * PanelTile.WIDTH), cache(LARGE));
    }

    private static PagedCache cache(int size) {
        int floats = PAGES * HEADS * POSITIONS * size;
        return new PagedCache(zeros(floats), zeros(floats), HEADS, POSITIONS, size);
    }

    /**
     * Runs the kernels again and again, until they get no faster.
     *
     * @param formats of matrices
     * @param limit after which it ends in any case
     * @param nanoTime monotonic nanoseconds
     */
    public static void run(
            KernelThreads threads,
            Set<PanelFormat> formats,
            Duration limit,
            LongSupplier nanoTime) {
        KernelWarmUp warmUp = new KernelWarmUp(threads, formats);
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
            for (PanelFormat format : formats) {
                PanelMatrix matrix =
                        new PanelMatrix(format, memory, memory, DEPTH, PANELS * PanelTile.WIDTH);
                for (Surroundings around : surroundings) {
                    InputRows x = new InputRows(memory, rows, around.norm());
                    PanelProduct.multiply(threads, x, matrix, around.epilogue(), out);
                }
                for (Epilogue between : List.of(Epilogue.swiGlu(), quickGelu)) {
                    feedForward(rows, matrix, between);
                }
            }
        }
        caches.forEach(this::attend);
    }

    private void feedForward(int rows, PanelMatrix first, Epilogue between) {
        int columns = first.columns() / between.activation().parts();
        PanelMatrix second =
                new PanelMatrix(first.format(), memory, memory, columns, first.columns());
        FeedForward.multiply(
                threads, InputRows.of(memory, rows), first, between, second, Epilogue.NONE, out);
    }

    private void attend(PagedCache cache) {
        FreshRows fresh = fresh(HEADS, cache);
        FreshRows grouped = fresh(2 * HEADS, cache);
        int length = PAGES * POSITIONS - 1;
        int[] places = new int[PAGES];
        Arrays.setAll(places, place -> place);
        PromptAttention.attend(
                threads, cache, fresh, IntBuffer.wrap(places), length - PROMPT, PROMPT, out);
        for (int i = 0; i < OFTEN; i++) {
            for (FreshRows row : List.of(fresh, grouped)) {
                CacheAttention.attend(
                        threads,
                        cache,
                        row,
                        IntBuffer.wrap(places),
                        IntBuffer.wrap(new int[] {length}),
                        out);
            }
            selfAttention(cache.size());
        }
    }

    private FreshRows fresh(int queryHeads, PagedCache cache) {
        return FreshRows.turned(memory, memory, memory, queryHeads, HEADS, cache.size());
    }

    private void selfAttention(int size) {
        int width = HEADS * size;
        for (PanelFormat format : formats) {
            PanelMatrix first = new PanelMatrix(format, memory, memory, PanelTile.WIDTH, 3 * width);
            PanelMatrix second = new PanelMatrix(format, memory, memory, width, width);
            SelfAttention.multiply(
                    threads,
                    InputRows.of(memory, PROMPT),
                    first,
                    Epilogue.NONE,
                    HEADS,
                    second,
                    Epilogue.NONE,
                    out);
        }
    }

    private static ByteBuffer zeros(int count) {
        return ByteBuffer.allocateDirect(count * Float.BYTES).order(ByteOrder.nativeOrder());
    }
}
