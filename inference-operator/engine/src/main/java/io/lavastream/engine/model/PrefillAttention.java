package io.lavastream.engine.model;

/** How the rows of a prefill attend, each to the positions before it and to itself. */
interface PrefillAttention extends LlamaDecoder.AttentionOverCache {
    /**
     * Feeds where the rows write and attend.
     *
     * @param start position of the first one
     * @param length how many are positions
     * @param rows how many there are; those behind them only pad
     */
    void feed(Feed feed, int slot, int start, int length, int rows);
}
