package io.lavastream.kernels;

import static io.lavastream.kernels.PackedRows.DISTANCE;

/** Puts rows into lanes: a panel, [count, {@link PanelTile#WIDTH}], has a row's values in one of its columns. */
final class Lanes {
    /** So many rows at once: all distances are constants, so that the JIT compiler checks no index in the loop. */
    static final int ROWS = 8;

    private static final int WIDTH = PanelTile.WIDTH;

    private Lanes() {}

    /**
     * Writes {@code count} values of {@link #ROWS} rows, times {@code factor}.
     *
     * @param rows from {@code from} on, {@link PackedRows#DISTANCE} from one to the next
     * @param lane of the first one
     */
    static void takeRows(float[] rows, int from, int count, float factor, float[] panel, int lane) {
        for (int i = 0; i < count; i++) {
            int to = lane + i * WIDTH;
            panel[to] = rows[from + i] * factor;
            panel[to + 1] = rows[from + DISTANCE + i] * factor;
            panel[to + 2] = rows[from + 2 * DISTANCE + i] * factor;
            panel[to + 3] = rows[from + 3 * DISTANCE + i] * factor;
            panel[to + 4] = rows[from + 4 * DISTANCE + i] * factor;
            panel[to + 5] = rows[from + 5 * DISTANCE + i] * factor;
            panel[to + 6] = rows[from + 6 * DISTANCE + i] * factor;
            panel[to + 7] = rows[from + 7 * DISTANCE + i] * factor;
        }
    }

    /** Likewise of one row. */
    static void takeRow(float[] rows, int from, int count, float factor, float[] panel, int lane) {
        for (int i = 0; i < count; i++) {
            panel[lane + i * WIDTH] = rows[from + i] * factor;
        }
    }
}
