package io.lavastream.engine.model;

import io.lavastream.engine.model.layers.Attention;
import java.util.Arrays;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * All sequences together, over one slice of the cache that holds their chunks and no others: nothing is copied, and a layer has as many
 * operations however many sequences there are and however long each sequence is. See {@link GraphForms#CPU}.
 *
 * <p>The softmax is one over the chunks of each sequence, wherever in the slice they lie.
 */
final class CompactAttention implements DecodeAttention {
    private static final int[] ORIGIN = new int[4];

    private final Ops tf;
    private final KvCache cache;
    private final CacheRows cacheRows;
    private final Operand<TInt32> rows;
    private final Placeholder<TInt32> owners;
    private final Placeholder<TInt32> lastInChunk;
    private final Operand<TInt32> slice;
    private final Operand<TFloat32> mask;

    /** @param rows how many, a scalar */
    CompactAttention(Ops tf, KvCache cache, Operand<TInt32> rows) {
        this.tf = tf;
        this.cache = cache;
        cacheRows = new CacheRows(tf, cache, DecodeSignature.ANY);
        this.rows = rows;
        owners = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE)));
        lastInChunk = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE)));
        slice =
                tf.concat(
                        Arrays.asList(tf.shape(owners), tf.constant(new int[] {-1, -1, -1})),
                        tf.constant(0));
        mask = mask();
    }

    @Override
    public Operand<TFloat32> attend(int layer, ProjectedRows projected) {
        ProjectedRows.Parts parts = projected.parts();
        return attend(
                parts.queries(),
                cache.write(tf, layer, cacheRows.operand(), parts.keys(), parts.values()));
    }

    private <T extends TNumber> Operand<TFloat32> attend(
            Operand<TFloat32> queries, KvCache.View<T> written) {
        return Attention.chunked(
                tf,
                queries,
                tf.slice(written.keys(), tf.constant(ORIGIN), slice),
                tf.slice(written.values(), tf.constant(ORIGIN), slice),
                mask,
                owners,
                rows);
    }

    /** The chunks of {@code slots} must be in front, see {@link KvCache#toFront}. */
    @Override
    public void feed(Feed feed, int[] slots, int[] positions) {
        int chunks = Arrays.stream(positions).map(last -> cache.chunksOf(last + 1)).sum();
        int[] owner = new int[chunks];
        int[] last = new int[chunks];
        for (int row = 0; row < slots.length; row++) {
            int lastHere = positions[row];
            for (int place : cache.places(slots[row], positions[row] + 1)) {
                owner[place] = row;
                last[place] = lastHere;
                lastHere -= cache.positionsPerChunk();
            }
        }
        cacheRows.feed(feed, slots, positions, slots.length);
        feed.ints(owners, owner).ints(lastInChunk, last);
    }

    @Override
    public boolean readsSlice() {
        return true;
    }

    /** [chunks, 1, 1, positions in chunk]: open up to the last position of each chunk's sequence. */
    private Operand<TFloat32> mask() {
        int perChunk = cache.positionsPerChunk();
        Operand<TInt32> positions = tf.range(tf.constant(0), tf.constant(perChunk), tf.constant(1));
        Operand<TBool> open =
                tf.math.greaterEqual(tf.expandDims(lastInChunk, tf.constant(1)), positions);
        return tf.reshape(Attention.mask(tf, open), tf.constant(new int[] {-1, 1, 1, perChunk}));
    }
}
