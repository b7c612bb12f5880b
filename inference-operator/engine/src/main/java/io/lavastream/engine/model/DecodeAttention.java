package io.lavastream.engine.model;

/** How the rows of a decode step attend, each to the slot of its own sequence. One for each signature. */
interface DecodeAttention extends LlamaDecoder.AttentionOverCache, AutoCloseable {
    /**
     * Feeds where each row writes and attends; rows beyond them attend to nothing that counts.
     *
     * @param slots at most one a row
     * @param positions [slots], the last one of each row
     */
    void feed(Feed feed, int[] slots, int[] positions);

    /** Whether the slots' chunks must lie in front, see {@link KvCache#toFront}. */
    boolean readsSlice();

    /** Frees what is kept from one step to the next. */
    @Override
    default void close() {}
}
