package io.lavastream.kernels;

import java.lang.invoke.MethodHandle;
import java.util.Map;

/** How a piece of a panel is put in an array, as floats; {@link Apart}. */
final class Widening {
    private static final Map<PanelFormat, Widening> BY_FORMAT =
            Map.of(
                    PanelFormat.FLOAT32, by(PanelTile.class),
                    PanelFormat.FLOAT16, by(HalfTile.class),
                    PanelFormat.INT8, by(ByteTile.class));

    private final MethodHandle method;

    private Widening(MethodHandle method) {
        this.method = method;
    }

    static Widening of(PanelFormat format) {
        return BY_FORMAT.get(format);
    }

    /** That of a class of tiles, its static method {@code widen}. */
    private static Widening by(Class<?> tile) {
        return new Widening(Apart.method(tile, "widen"));
    }

    /** Writes {@code depth} consecutive k, from byte {@code at} on, as floats, [depth, width]. */
    void apply(Object panels, int at, int depth, float[] piece) {
        try {
            method.invokeExact(panels, at, depth, piece);
        } catch (Throwable e) {
            throw VectorMemory.unexpected(e);
        }
    }
}
