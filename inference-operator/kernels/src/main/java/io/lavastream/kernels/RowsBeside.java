package io.lavastream.kernels;

/**
 * A few rows beside each other, tile by tile: of each [depth, rows of the tile].
 *
 * @param values of all tiles
 * @param depth of a row
 */
record RowsBeside(float[] values, int depth) {
    /** Consecutive values of a row that are put beside others' before those of the next row: what stays in the first-level cache. A divisor of a chunk. */
    private static final int BLOCK = 256;

    /** Of the thread that multiplies. */
    private static final ThreadLocal<float[]> VALUES = ThreadLocal.withInitial(() -> new float[0]);

    /** A copy of {@code rows}, valid until the calling thread asks for another. */
    static RowsBeside of(PackedRows rows, ProductTiling tiling) {
        RowsBeside beside = room(rows);
        int tile;
        for (int row = 0; row < rows.count(); row += tile) {
            tile = tiling.next(rows.count() - row);
            for (int i = 0; i < tile; i++) {
                beside.take(rows, row, tile, i);
            }
        }
        return beside;
    }

    /** Likewise, all of them in one tile, by several threads. */
    static RowsBeside inOne(KernelThreads threads, PackedRows rows) {
        RowsBeside beside = room(rows);
        int blocks = (rows.depth() - 1) / BLOCK + 1;
        int parts = Math.min(threads.count(), blocks);
        threads.run(
                parts,
                part -> {
                    int end = PanelProduct.begin(blocks, part + 1, parts);
                    for (int i = PanelProduct.begin(blocks, part, parts); i < end; i++) {
                        beside.takeBlock(rows, i * BLOCK);
                    }
                });
        return beside;
    }

    private void takeBlock(PackedRows rows, int k) {
        int length = Math.min(BLOCK, depth - k);
        for (int row = 0; row < rows.count(); row++) {
            int to = place(0, rows.count(), k) + row;
            spread(rows.values(), rows.place(row, k), to, rows.count(), length);
        }
    }

    private static RowsBeside room(PackedRows rows) {
        float[] values = ScratchArray.fit(VALUES.get(), rows.count() * rows.depth());
        VALUES.set(values);
        return new RowsBeside(values, rows.depth());
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
