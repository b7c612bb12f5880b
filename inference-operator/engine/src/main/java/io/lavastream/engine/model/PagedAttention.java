package io.lavastream.engine.model;

import io.lavastream.engine.model.custom.LayerOps;
import io.lavastream.engine.model.custom.VectorOps;
import io.lavastream.engine.model.layers.RotaryEmbedding;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** By the JVM's vectors, over chunks wherever they lie: nothing is copied, and nothing has to change places. */
final class PagedAttention implements DecodeAttention {
    private final Ops tf;
    private final KvCache cache;
    private final int threads;
    private final Placeholder<TInt32> places;
    private final Placeholder<TInt32> lengths;
    private final KeptInts keptPlaces = new KeptInts();
    private final KeptInts keptLengths = new KeptInts();

    PagedAttention(Ops tf, KvCache cache, int threads) {
        this.tf = tf;
        this.cache = cache;
        this.threads = threads;
        places = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE)));
        lengths = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE)));
    }

    @Override
    public Operand<TFloat32> attend(int layer, ProjectedRows rows) {
        return VectorOps.cacheAttention(
                tf,
                new VectorOps.Fresh(rows.projected(), rows.rotary().cos(), rows.rotary().sin()),
                cache.pages(tf, layer),
                places,
                lengths,
                threads);
    }

    @Override
    public Optional<LayerOps.Step> step(int layer, RotaryEmbedding rotary) {
        return Optional.of(
                new LayerOps.Step(
                        rotary.cos(), rotary.sin(), cache.pages(tf, layer), places, lengths));
    }

    @Override
    public void feed(Feed feed, int[] slots, int[] positions) {
        int[] rowByRow =
                IntStream.range(0, slots.length)
                        .flatMap(row -> Arrays.stream(cache.places(slots[row], positions[row] + 1)))
                        .toArray();
        feed.ints(places, keptPlaces, rowByRow)
                .ints(
                        lengths,
                        keptLengths,
                        Arrays.stream(positions).map(last -> last + 1).toArray());
    }

    @Override
    public boolean readsSlice() {
        return false;
    }

    @Override
    public void close() {
        keptPlaces.close();
        keptLengths.close();
    }
}
