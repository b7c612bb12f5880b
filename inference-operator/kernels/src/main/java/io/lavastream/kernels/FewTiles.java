package io.lavastream.kernels;

import java.lang.invoke.MethodHandle;

/** The loops of {@link FewTile}, by how many rows they multiply at once, each {@link Apart}. */
final class FewTiles {
    private static final FewTiles LOOPS = new FewTiles();

    private final MethodHandle[] methods = new MethodHandle[PanelTile.MOST + 1];

    private FewTiles() {
        methods[2] = Apart.method(FewTile.class, "two");
        methods[4] = Apart.method(FewTile.class, "four");
        methods[8] = Apart.method(FewTile.class, "eight");
    }

    /**
     * Two, four or eight rows; else as {@link FewTile}.
     *
     * @param ahead of the same panels, as many bytes as are read
     */
    static void multiply(
            int rows,
            Object panels,
            int at,
            int depth,
            float[] x,
            int row,
            float[] sums,
            int to,
            FetchAhead ahead) {
        try {
            // What was touched is nothing to anybody: a result keeps the compiler from leaving it
            // out.
            int touched =
                    (int)
                            LOOPS.methods[rows].invokeExact(
                                    panels,
                                    at,
                                    depth,
                                    x,
                                    row,
                                    sums,
                                    to,
                                    ahead.at(),
                                    ahead.distance());
        } catch (Throwable e) {
            throw VectorMemory.unexpected(e);
        }
    }
}
