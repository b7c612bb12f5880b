package io.lavastream.engine.model;

import io.lavastream.engine.model.layers.Attention;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/** By TensorFlow's products, over a copy of the slot's chunks. Rows that only pad write to scratch. */
final class GatheredPrefillAttention implements PrefillAttention {
    private final Ops tf;
    private final KvCache cache;
    private final CacheRows cacheRows;
    private final Placeholder<TInt32> chunks;
    private final Operand<TInt32> pieces;
    private final Operand<TFloat32> mask;

    /** @param positions [rows] */
    GatheredPrefillAttention(Ops tf, KvCache cache, Operand<TInt32> positions) {
        this.tf = tf;
        this.cache = cache;
        cacheRows = new CacheRows(tf, cache, DecodeSignature.ANY);
        chunks = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE)));
        pieces = cache.pieces(tf, chunks);
        mask = causalMask(positions);
    }

    @Override
    public Operand<TFloat32> attend(int layer, ProjectedRows projected) {
        ProjectedRows.Parts parts = projected.parts();
        return attend(
                parts.queries(),
                cache.write(tf, layer, cacheRows.operand(), parts.keys(), parts.values()));
    }

    @Override
    public void feed(Feed feed, int slot, int start, int length, int rows) {
        int[] slots = new int[length];
        Arrays.fill(slots, slot);
        cacheRows.feed(feed, slots, IntStream.range(start, start + length).toArray(), rows);
        feed.ints(chunks, cache.places(slot, start + length));
    }

    private <T extends TNumber> Operand<TFloat32> attend(
            Operand<TFloat32> queries, KvCache.View<T> written) {
        Operand<TFloat32> attended =
                Attention.masked(
                        tf,
                        tf.linalg.transpose(queries, tf.constant(new int[] {1, 2, 0, 3})),
                        byHead(written.keys()),
                        byHead(written.values()),
                        mask);
        return tf.linalg.transpose(attended, tf.constant(new int[] {2, 0, 1, 3}));
    }

    /** [rows, positions]: each row may look at positions up to its own. */
    private Operand<TFloat32> causalMask(Operand<TInt32> positions) {
        return Attention.upTo(
                tf,
                positions,
                tf.math.mul(tf.size(chunks), tf.constant(cache.positionsPerChunk())));
    }

    /** The slot's keys or values of {@code cached}: [keyValueHeads, 1, positions, headSize]. */
    private <T extends TNumber> Operand<T> byHead(Operand<T> cached) {
        return tf.reshape(
                cache.gather(tf, cached, pieces),
                tf.constant(new int[] {cache.keyValueHeads(), 1, -1, cache.headSize()}));
    }
}
