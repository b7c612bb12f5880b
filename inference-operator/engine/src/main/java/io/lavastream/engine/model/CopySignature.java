package io.lavastream.engine.model;

import java.util.Arrays;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TInt32;

/** {@code copy_prefix}: keys and values of one slot's first positions, written to another slot in place. */
final class CopySignature {
    private final KvCache cache;
    private final Placeholder<TInt32> from;
    private final Placeholder<TInt32> count;
    private final Placeholder<TInt32> to;
    private final List<Operand<?>> copies;

    CopySignature(Ops tf, KvCache cache) {
        this.cache = cache;
        from = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(1)));
        count = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(1)));
        to = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE)));
        copies = cache.copy(tf, from, count, to);
    }

    /** Copies positions {@code start} to {@code end}, and whatever else is in their chunks. */
    void run(Session session, int fromSlot, int toSlot, int start, int end) {
        int first = start / cache.positionsPerChunk();
        int chunks = cache.span(fromSlot, end).size()[0] - first;
        int source = cache.span(fromSlot, end).begin()[0] + first;
        int target = cache.span(toSlot, end).begin()[0] + first;
        int[] targets = new int[chunks];
        Arrays.setAll(targets, i -> target + i);
        try (Feed feed = new Feed(session)) {
            feed.ints(from, new int[] {source}).ints(count, new int[] {chunks}).ints(to, targets);
            copies.forEach(feed.runner()::addTarget);
            feed.runner().run().close();
        }
    }
}
