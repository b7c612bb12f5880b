package io.lavastream.engine.model;

import java.util.Arrays;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TInt32;

/** {@code copy}: whole chunks of the cache, written elsewhere in place, in all layers. */
final class CopySignature {
    private final KvCache cache;
    private final Placeholder<TInt32> from;
    private final Placeholder<TInt32> to;
    private final List<Operand<?>> copies;

    CopySignature(Ops tf, KvCache cache) {
        this.cache = cache;
        from = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE)));
        to = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE)));
        copies = cache.copy(tf, from, to);
    }

    /** Copies positions {@code start} to {@code end} to another slot, and whatever else is in their chunks. */
    void prefix(Session session, int fromSlot, int toSlot, int start, int end) {
        int first = start / cache.positionsPerChunk();
        int[] sources = cache.places(fromSlot, end);
        int[] targets = cache.places(toSlot, end);
        run(
                session,
                Arrays.copyOfRange(sources, first, sources.length),
                Arrays.copyOfRange(targets, first, targets.length));
    }

    /**
     * Lets chunks change places, none of which is in two exchanges, and tells the cache.
     *
     * @throws KvCacheError where TensorFlow did not get to the end: some layers may have changed, others not
     */
    void exchange(Session session, List<ChunkMap.Exchange> exchanges) {
        int count = exchanges.size();
        int[] sources = new int[2 * count];
        int[] targets = new int[2 * count];
        for (int i = 0; i < count; i++) {
            sources[i] = targets[count + i] = exchanges.get(i).one();
            targets[i] = sources[count + i] = exchanges.get(i).other();
        }
        try {
            run(session, sources, targets);
        } catch (RuntimeException e) {
            throw new KvCacheError("chunks were changing places: " + e.getMessage(), e);
        }
        cache.exchanged(exchanges);
    }

    private void run(Session session, int[] sources, int[] targets) {
        try (Feed feed = new Feed(session)) {
            feed.ints(from, sources).ints(to, targets);
            copies.forEach(feed.runner()::addTarget);
            RunTrace.run(feed.runner()).close();
        }
    }
}
