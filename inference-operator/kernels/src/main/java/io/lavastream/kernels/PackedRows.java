package io.lavastream.kernels;

import java.nio.FloatBuffer;

/**
 * Rows in the order in which the tiles of a product read them, see {@link ProductTiling}, each value times the factor of the matrix's format.
 *
 * @param values of which they take [count * depth] from {@code from} on
 * @param depth of a row
 */
record PackedRows(float[] values, int from, int depth, ProductTiling tiling, float factor)
        implements RowTarget {
    /** Rows of a tile, before they are put in order; of the thread that does so. */
    private static final class Lines {
        float[] one = new float[0];
        float[] all = new float[0];
    }

    private static final ThreadLocal<Lines> LINES = ThreadLocal.withInitial(Lines::new);

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
        Lines lines = LINES.get();
        lines.one = ScratchArray.fit(lines.one, depth);
        lines.all = ScratchArray.fit(lines.all, PanelTile.ROWS * depth);
        for (int row = begin; row < end; ) {
            int tile = tiling.next(end - row);
            for (int r = 0; r < tile; r++) {
                rows.get((row + r) * depth, lines.one, 0, depth);
                x.norm().apply(lines.one, depth);
                System.arraycopy(lines.one, 0, lines.all, r * depth, depth);
            }
            put(row, tile, 0, lines.all, depth);
            row += tile;
        }
    }

    @Override
    public void put(int row, int rows, int k, float[] lines, int count) {
        int begin = tiling.tileOf(row);
        int tile = tiling.next(tiling.rows() - begin);
        int length;
        for (int done = 0; done < count; done += length) {
            int behind = (k + done) % tiling.piece();
            int piece = Math.min(tiling.piece(), depth - (k + done - behind));
            length = Math.min(piece - behind, count - done);
            int to = place(begin, k + done - behind, piece) + behind * tile + (row - begin);
            Interleave.put(rows, length, factor, lines, done, count, values, to, tile);
        }
    }

    @Override
    public int rowsOfTile(int row, int last) {
        int begin = tiling.tileOf(row);
        return Math.min(begin + tiling.next(tiling.rows() - begin), last) - row;
    }
}
