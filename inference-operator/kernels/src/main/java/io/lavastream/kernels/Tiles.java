package io.lavastream.kernels;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.Map;
import java.util.function.Function;

/** The innermost loops of a product, by how many rows they multiply at once, each {@link Apart}. */
final class Tiles {
    private static final Map<Integer, String> METHODS =
            Map.of(1, "one", 2, "two", 4, "four", 6, "six", 8, "eight");

    private static final Tiles OF_PIECES =
            new Tiles(name -> ofArrays(PieceTile.class, name), 1, 2, 4, 6, 8);

    private static final Tiles OF_VALUES = new Tiles(name -> ofArrays(ValueTile.class, name), 4, 8);

    private static final Map<PanelFormat, Tiles> BY_FORMAT =
            Map.of(
                    PanelFormat.FLOAT32, new Tiles(Tiles::ofFloats, 1, 2, 4, 8),
                    PanelFormat.FLOAT16, new Tiles(by(HalfTile.class), 1, 2, 4, 8),
                    PanelFormat.INT8, new Tiles(by(ByteTile.class), 1));

    private final MethodHandle[] methods = new MethodHandle[PanelTile.MOST + 1];

    private Tiles(Function<String, MethodHandle> method, int... rows) {
        for (int count : rows) {
            methods[count] = method.apply(METHODS.get(count));
        }
    }

    /** Of panels as they lie in memory; of rows as {@link PanelFormat#tile} says, and their divisors. */
    static Tiles of(PanelFormat format) {
        return BY_FORMAT.get(format);
    }

    /** Of a piece of a panel in an array, which takes the place of the panel; {@code at} counts its floats. */
    static Tiles ofPieces() {
        return OF_PIECES;
    }

    /** Likewise of values; x are the shares of queries, see {@link ValueTile}, and {@code row} the lane of the first one. */
    static Tiles ofValues() {
        return OF_VALUES;
    }

    private static Function<String, MethodHandle> by(Class<?> tile) {
        return name -> Apart.method(tile, name);
    }

    private static MethodHandle ofArrays(Class<?> tile, String name) {
        MethodHandle method = Apart.method(tile, name);
        return method.asType(method.type().changeParameterType(0, Object.class));
    }

    private static MethodHandle ofFloats(String name) {
        return MethodHandles.insertArguments(
                Apart.method(PanelTile.class, name), 2, PanelTile.STEP);
    }

    /**
     * As the methods of {@link PanelTile}, of panels that have nothing between one k and the next.
     *
     * @param at where in the panel they begin, in bytes; of pieces in floats
     */
    void multiply(
            int rows, Object panel, int at, int depth, float[] x, int row, float[] sums, int to) {
        try {
            method(rows).invokeExact(panel, at, depth, x, row, sums, to);
        } catch (Throwable e) {
            throw VectorMemory.unexpected(e);
        }
    }

    private MethodHandle method(int rows) {
        MethodHandle method = rows < methods.length ? methods[rows] : null;
        if (method == null) {
            throw new IllegalArgumentException("rows: " + rows);
        }
        return method;
    }
}
