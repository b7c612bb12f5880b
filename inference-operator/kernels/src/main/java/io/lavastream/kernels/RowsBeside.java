package io.lavastream.kernels;

/**
 * A few rows beside each other, tile by tile: of each [depth, rows of the tile].
 *
 * @param values of all tiles
 * @param depth of a row
 */
record RowsBeside(float[] values, int depth) {
    /** Of the thread that multiplies. */
    private static final ThreadLocal<float[]> VALUES = ThreadLocal.withInitial(() -> new float[0]);

    /** A copy of {@code rows}, valid until the calling thread asks for another. */
    static RowsBeside of(PackedRows rows, ProductTiling tiling) {
        float[] values = ScratchArray.fit(VALUES.get(), rows.count() * rows.depth());
        VALUES.set(values);
        RowsBeside beside = new RowsBeside(values, rows.depth());
        int tile;
        for (int row = 0; row < rows.count(); row += tile) {
            tile = tiling.next(rows.count() - row);
            for (int i = 0; i < tile; i++) {
                beside.take(rows, row, tile, i);
            }
        }
        return beside;
    }

    private void take(PackedRows rows, int first, int tile, int index) {
        int length;
        for (int k = 0; k < depth; k += length) {
            length = Math.min(rows.chunk(), depth - k);
            int to = place(first, tile, k) + index;
            spread(rows.values(), rows.place(first + index, k), to, tile, length);
        }
    }

    private void spread(float[] from, int at, int to, int step, int count) {
        for (int i = 0; i < count; i++) {
            values[to + i * step] = from[at + i];
        }
    }

    /** Where the values of a tile's rows from the {@code k}th on begin. */
    int place(int first, int tile, int k) {
        return first * depth + k * tile;
    }
}
