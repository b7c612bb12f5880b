package io.lavastream.kernels;

import java.lang.invoke.MethodHandle;
import java.util.Map;

/**
 * One row times two panels at once; {@link Apart}. A thread that reads in two places, from each for long, is given memory up to a third faster than one
 * that reads in one, as the processor fetches ahead in both. On some machines four places are faster still: so of each panel what comes next is touched
 * meanwhile in two, see {@link FetchAhead}.
 */
final class Twins {
    private static final Map<PanelFormat, Twins> BY_FORMAT =
            Map.of(
                    PanelFormat.FLOAT32, by(PanelTile.class),
                    PanelFormat.FLOAT16, by(HalfTile.class),
                    PanelFormat.INT8, by(ByteTile.class));

    private final MethodHandle method;

    private Twins(MethodHandle method) {
        this.method = method;
    }

    static Twins of(PanelFormat format) {
        return BY_FORMAT.get(format);
    }

    /** That of a class of tiles, its static method {@code twin}. */
    private static Twins by(Class<?> tile) {
        return new Twins(Apart.method(tile, "twin"));
    }

    /**
     * As {@link Tiles#multiply} for each of two panels, to the same bits.
     *
     * @param other where in the second panel they begin, as {@code at} in the first
     * @param next where the sums of the second panel are, as {@code to} of the first
     * @param ahead what is multiplied later, of which as much is touched meanwhile; {@code otherAhead} likewise of the second
     */
    void multiply(
            Object panels,
            int at,
            int other,
            int depth,
            float[] x,
            int row,
            float[] sums,
            int to,
            int next,
            int ahead,
            int otherAhead) {
        try {
            // What was touched is nothing to anybody: a result keeps the compiler from leaving it
            // out.
            int touched =
                    (int)
                            method.invokeExact(
                                    panels,
                                    at,
                                    other,
                                    depth,
                                    x,
                                    row,
                                    sums,
                                    to,
                                    next,
                                    ahead,
                                    otherAhead);
        } catch (Throwable e) {
            throw VectorMemory.unexpected(e);
        }
    }
}
