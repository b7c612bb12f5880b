package io.lavastream.kernels;

/**
 * Rows in memory, one behind the other.
 *
 * @param width of a row
 */
record MemoryRows(Object memory, int width) implements RowTarget {
    @Override
    public void put(int row, int k, float[] values, int length) {
        VectorMemory.write(values, 0, length, memory, row * width + k);
    }
}
