package io.lavastream.kernels;

import java.nio.FloatBuffer;

/**
 * Rows in the order in which the tiles of a product read them, see {@link ProductTiling}, each value times the factor of the matrix's format.
 *
 * @param values of which they take [count * depth] from {@code from} on
 * @param depth of a row
 */
record PackedRows(float[] values, int from, int depth, ProductTiling tiling, float factor) {
    private static final ThreadLocal<float[][]> LINES =
            ThreadLocal.withInitial(() -> new float[PanelTile.ROWS][0]);

    /** Room for {@code count} rows that are multiplied with {@code matrix}. */
    static PackedRows in(float[] values, int from, int count, PanelMatrix matrix) {
        return new PackedRows(
                values,
                from,
                matrix.depth(),
                ProductTiling.of(count, matrix),
                matrix.format().factor());
    }

    /** How many values {@code count} rows take that are multiplied with {@code matrix}. */
    static int size(int count, PanelMatrix matrix) {
        return Math.multiplyExact(count, matrix.depth());
    }

    /** Where the tile that begins with {@code row} lies for {@code length} values from {@code k} on, where a piece begins. */
    int place(int row, int k, int length) {
        return from + tiling.place(row, k, length);
    }

    /** Takes all rows of {@code x}, normed. */
    void pack(KernelThreads threads, InputRows x) {
        int parts = Math.max(1, Math.min(tiling.rows() / tiling.tile(), threads.count()));
        threads.run(
                parts, part -> pack(x, tiling.begin(part, parts), tiling.begin(part + 1, parts)));
    }

    private void pack(InputRows x, int begin, int end) {
        FloatBuffer rows = x.values().asFloatBuffer();
        float[][] lines = lines();
        for (int row = begin; row < end; ) {
            int tile = tiling.next(end - row);
            for (int r = 0; r < tile; r++) {
                rows.get((row + r) * depth, lines[r], 0, depth);
                x.norm().apply(lines[r], depth);
            }
            // Some k of all rows before the next ones, as what is written stays in the first-level
            // cache so.
            for (int k = 0; k < depth; k += ProductTiling.DEPTH) {
                int count = Math.min(ProductTiling.DEPTH, depth - k);
                for (int r = 0; r < tile; r++) {
                    put(row, tile, row + r, k, lines[r], k, count);
                }
            }
            row += tile;
        }
    }

    /**
     * Takes {@code count} values of {@code row}, of one piece, from {@code k} on.
     *
     * @param begin the first row of its tile
     * @param tile how many rows that has
     * @param source of the values, from {@code at} on
     */
    void put(int begin, int tile, int row, int k, float[] source, int at, int count) {
        int first = k / tiling.piece() * tiling.piece();
        int to =
                place(begin, first, Math.min(tiling.piece(), depth - first))
                        + (k - first) * tile
                        + (row - begin);
        for (int i = 0; i < count; i++) {
            values[to + i * tile] = source[at + i] * factor;
        }
    }

    private float[][] lines() {
        float[][] lines = LINES.get();
        if (lines[0].length < depth) {
            lines = new float[PanelTile.ROWS][depth];
            LINES.set(lines);
        }
        return lines;
    }
}
