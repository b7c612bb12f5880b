package io.lavastream.kernels;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Attention of some rows to all of them, as a vision tower has it. */
public final class FullAttention {
    /** Keys and values of the rows, as {@link PromptAttention} reads them; of the thread that calls. */
    private static final ThreadLocal<ByteBuffer[]> SCRATCH =
            ThreadLocal.withInitial(() -> new ByteBuffer[] {floats(0), floats(0)});

    private FullAttention() {}

    /** Whether there are kernels for heads of so many values. */
    public static boolean takes(int size) {
        return PagedCache.takes(PanelTile.WIDTH, size);
    }

    /**
     * Writes what the rows find. Buffers are direct, and used from index 0 on.
     *
     * @param projected [rows, 3 * heads, size]: queries, keys, values; queries are scaled by 1 / sqrt(size) here
     * @param out [rows, heads, size]
     */
    public static void attend(
            KernelThreads threads,
            ByteBuffer projected,
            int rows,
            int heads,
            int size,
            ByteBuffer out) {
        int positions = (rows - 1) / PanelTile.WIDTH * PanelTile.WIDTH + PanelTile.WIDTH;
        int values = Math.multiplyExact(heads * size, positions);
        PagedCache scratch = new PagedCache(fit(0, values), fit(1, values), heads, positions, size);
        new PromptAttention(
                        scratch,
                        FreshRows.unturned(projected, heads, size),
                        new int[1],
                        0,
                        rows,
                        false,
                        out)
                .run(threads);
    }

    private static ByteBuffer fit(int index, int count) {
        ByteBuffer[] scratch = SCRATCH.get();
        if (scratch[index].capacity() < count * Float.BYTES) {
            scratch[index] = floats(count);
        }
        return scratch[index];
    }

    private static ByteBuffer floats(int count) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(count, Float.BYTES))
                .order(ByteOrder.nativeOrder());
    }
}
