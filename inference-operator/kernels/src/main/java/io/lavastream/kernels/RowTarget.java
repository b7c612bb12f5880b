package io.lavastream.kernels;

/** Where rows are put. */
interface RowTarget {
    /**
     * Takes some values of a row.
     *
     * @param k the first of them
     * @param values from {@code from} on, {@code count} whole vectors
     */
    void put(int row, int k, float[] values, int from, int count);
}
