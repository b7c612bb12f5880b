package io.lavastream.kernels;

/** The two sums of {@link CacheAttention}, of one row and some heads of its pages. Thread-safe. */
interface CacheSums {
    /**
     * Writes the scores of all positions of the pages, also of those that are not used.
     *
     * @param first head
     * @param queries [heads, group, size]
     * @param scores [heads, group, pages, positions]
     * @throws IndexOutOfBoundsException if a page is not in the cache
     */
    void scores(int[] pages, int first, int heads, float[] queries, float[] scores);

    /**
     * Writes the sums of values, each times its share; else as {@link #scores}.
     *
     * @param length positions that are used, the last one of the last page among them
     * @param shares as the scores
     * @param found [heads, group, size]
     */
    void found(int[] pages, int length, int first, int heads, float[] shares, float[] found);
}
