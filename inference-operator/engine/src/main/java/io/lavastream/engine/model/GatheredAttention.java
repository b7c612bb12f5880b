package io.lavastream.engine.model;

import io.lavastream.engine.model.layers.Attention;
import java.util.Arrays;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * All sequences together: their keys and values are gathered, as many chunks of each as the longest has, and attended to as one
 * batch. So a layer has as many operations whatever the width. See {@link GraphForms#GPU}.
 *
 * <p>The gather takes the cache by chunk and head, and puts the head before the chunk: what it makes needs no transposition, and its
 * products no broadcast, for which TensorFlow would make a list of pointers on the host.
 */
final class GatheredAttention implements DecodeAttention {
    private final Ops tf;
    private final KvCache cache;
    private final CacheRows cacheRows;
    private final int width;
    private final Placeholder<TInt32> chunks;
    private final Operand<TInt32> pieces;
    private final Operand<TFloat32> mask;

    /** @param positions [width], the last one of each row */
    GatheredAttention(Ops tf, KvCache cache, int width, Operand<TInt32> positions) {
        this.tf = tf;
        this.cache = cache;
        this.width = width;
        cacheRows = new CacheRows(tf, cache, width);
        chunks = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(width, -1)));
        pieces = cache.pieces(tf, chunks);
        mask = mask(positions);
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
        return Attention.masked(
                tf, queries, gathered(written.keys()), gathered(written.values()), mask);
    }

    /** Rows without their own chunks up to the longest one's have scratch there, which the mask hides. */
    @Override
    public void feed(Feed feed, int[] slots, int[] positions) {
        int longest = cache.chunksOf(Arrays.stream(positions).max().orElseThrow() + 1);
        int[] ids = new int[width * longest];
        Arrays.fill(ids, cache.scratch());
        for (int row = 0; row < slots.length; row++) {
            int[] places = cache.places(slots[row], positions[row] + 1);
            System.arraycopy(places, 0, ids, row * longest, places.length);
        }
        cacheRows.feed(feed, slots, positions, width);
        feed.ints(chunks, Shape.of(width, longest), ids);
    }

    @Override
    public boolean readsSlice() {
        return false;
    }

    /** [width, 1, 1, positions]: open up to each row's last position. */
    private Operand<TFloat32> mask(Operand<TInt32> lasts) {
        Operand<TInt32> count =
                tf.math.mul(
                        tf.gather(tf.shape(chunks), tf.constant(1), tf.constant(0)),
                        tf.constant(cache.positionsPerChunk()));
        return tf.reshape(
                Attention.upTo(tf, lasts, count), tf.constant(new int[] {width, 1, 1, -1}));
    }

    /** [width, keyValueHeads, positions, headSize] of {@code cached} [chunk, keyValueHeads, position in chunk, headSize]. */
    private <T extends TNumber> Operand<T> gathered(Operand<T> cached) {
        return tf.reshape(
                cache.gather(tf, cached, pieces),
                tf.constant(new int[] {width, cache.keyValueHeads(), -1, cache.headSize()}));
    }
}
