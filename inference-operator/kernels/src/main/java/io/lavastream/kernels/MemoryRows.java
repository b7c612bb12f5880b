package io.lavastream.kernels;

/**
 * Rows in memory, one behind the other.
 *
 * @param width of a row
 */
record MemoryRows(Object memory, int width) implements RowTarget {
    @Override
    public int rowsOfTile(int row, int last) {
        return Math.min(PanelTile.ROWS, last - row);
    }

    @Override
    public void put(int row, int rows, int k, float[] lines, int count) {
        for (int r = 0; r < rows; r++) {
            VectorMemory.write(lines, r * count, count, memory, (row + r) * width + k);
        }
    }
}
