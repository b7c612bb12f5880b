package io.lavastream.engine.model;

import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TInt32;

/** Where rows write their keys and values, each at a position of a slot; rows without a slot write to scratch. */
final class CacheRows {
    private final KvCache cache;
    private final Placeholder<TInt32> rows;

    /** @param width how many rows; unknown if {@link DecodeSignature#ANY} */
    CacheRows(Ops tf, KvCache cache, int width) {
        this.cache = cache;
        long count =
                width == DecodeSignature.ANY
                        ? Shape.UNKNOWN_SIZE
                        : width * (long) cache.keyValueHeads();
        rows = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(count)));
    }

    /** [width * keyValueHeads], see {@link KvCache#rows}. */
    Operand<TInt32> operand() {
        return rows;
    }

    /**
     * Feeds them.
     *
     * @param slots of the first rows
     * @param positions [slots]
     * @param width how many rows there are, at least as many as slots
     */
    void feed(Feed feed, int[] slots, int[] positions, int width) {
        int heads = cache.keyValueHeads();
        int[] places = new int[width * heads];
        for (int i = 0; i < slots.length; i++) {
            cache.rows(slots[i], positions[i], places, i * heads);
        }
        for (int i = slots.length; i < width; i++) {
            cache.scratchRows(places, i * heads);
        }
        feed.ints(rows, places);
    }
}
