package io.lavastream.kernels;

/** What puts the results of a product where what comes next reads them. */
interface RowTarget {
    /** How many rows there are from {@code row} on that are put at once, of those before {@code last}; no more than a tile has. */
    int rowsOfTile(int row, int last);

    /**
     * Takes some values of some rows of one tile.
     *
     * @param row the first one
     * @param k the first value
     * @param lines one row's values behind the other's
     * @param count how many of each row
     */
    void put(int row, int rows, int k, float[] lines, int count);
}
