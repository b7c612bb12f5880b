package io.lavastream.kernels;

/** Where rows are put. */
interface RowTarget {
    /**
     * Takes some values of a row.
     *
     * @param k the first of them
     * @param values of which the first {@code length} are taken, whole vectors of them where rows are in memory
     */
    void put(int row, int k, float[] values, int length);
}
