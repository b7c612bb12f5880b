package io.lavastream.engine.model;

import io.lavastream.engine.model.custom.VectorOps;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** By the JVM's vectors, over the slot's chunks where they lie. */
final class PagedPrefillAttention implements PrefillAttention {
    private final Ops tf;
    private final KvCache cache;
    private final int threads;
    private final Placeholder<TInt32> places;
    private final Placeholder<TInt32> span;

    PagedPrefillAttention(Ops tf, KvCache cache, int threads) {
        this.tf = tf;
        this.cache = cache;
        this.threads = threads;
        places = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE)));
        span = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(2)));
    }

    @Override
    public Operand<TFloat32> attend(int layer, ProjectedRows rows) {
        return VectorOps.promptAttention(
                tf,
                new VectorOps.Fresh(rows.projected(), rows.rotary().cos(), rows.rotary().sin()),
                cache.pages(tf, layer),
                places,
                span,
                threads);
    }

    @Override
    public void feed(Feed feed, int slot, int start, int length, int rows) {
        feed.ints(places, cache.places(slot, start + length)).ints(span, new int[] {start, length});
    }
}
