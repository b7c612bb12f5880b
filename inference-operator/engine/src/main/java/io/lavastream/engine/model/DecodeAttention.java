package io.lavastream.engine.model;

import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/** How the rows of a decode step attend, each to the slot of its own sequence. One for each signature. */
interface DecodeAttention {
    /**
     * What each row finds in its slot.
     *
     * @param queries [rows, keyValueHeads, group, headSize], scaled
     * @param written the cache of one layer
     * @return [rows, keyValueHeads, group, headSize]
     */
    <T extends TNumber> Operand<TFloat32> attend(
            Operand<TFloat32> queries, KvCache.View<T> written);

    /**
     * Feeds where each row attends; rows beyond them attend to nothing that counts.
     *
     * @param slots at most one a row
     * @param positions [slots], the last one of each row
     */
    void feed(Feed feed, int[] slots, int[] positions);

    /** Whether the slots' chunks must lie in front, see {@link KvCache#toFront}. */
    boolean readsSlice();
}
