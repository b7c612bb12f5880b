package io.lavastream.engine.model;

import io.lavastream.engine.model.layers.Attention;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * Each sequence by operations of its own, over a slice of the cache that is as long as the sequence: nothing is copied. See {@link
 * GraphForms#CPU}.
 */
final class SlicedAttention implements DecodeAttention {
    /** What one row of the batch attends to, the same in every layer. */
    private record Sequence(
            Operand<TInt32> spanBegin, Operand<TInt32> spanSize, Operand<TFloat32> mask) {}

    private final Ops tf;
    private final KvCache cache;
    private final int width;
    private final Placeholder<TInt32> spanBegins;
    private final Placeholder<TInt32> spanSizes;
    private final List<Sequence> sequences = new ArrayList<>();

    /** @param positions [width], the last one of each row */
    SlicedAttention(Ops tf, KvCache cache, int width, Operand<TInt32> positions) {
        this.tf = tf;
        this.cache = cache;
        this.width = width;
        Shape spans = Shape.of(width, 4);
        spanBegins = tf.placeholder(TInt32.class, Placeholder.shape(spans));
        spanSizes = tf.placeholder(TInt32.class, Placeholder.shape(spans));
        List<Output<TInt32>> begins = tf.unstack(spanBegins, (long) width).output();
        List<Output<TInt32>> sizes = tf.unstack(spanSizes, (long) width).output();
        List<Output<TInt32>> lasts = tf.unstack(positions, (long) width).output();
        for (int i = 0; i < width; i++) {
            Operand<TFloat32> mask = mask(sizes.get(i), lasts.get(i));
            sequences.add(new Sequence(begins.get(i), sizes.get(i), mask));
        }
    }

    @Override
    public Operand<TFloat32> attend(Operand<TFloat32> queries, KvCache.View<?> written) {
        List<Output<TFloat32>> rows =
                tf.unstack(tf.expandDims(queries, tf.constant(1)), (long) width, Unstack.axis(0L))
                        .output();
        List<Operand<TFloat32>> attended = new ArrayList<>();
        for (int i = 0; i < width; i++) {
            attended.add(attend(rows.get(i), written, sequences.get(i)));
        }
        return tf.stack(attended);
    }

    private <T extends TNumber> Operand<TFloat32> attend(
            Operand<TFloat32> row, KvCache.View<T> written, Sequence sequence) {
        KvCache.View<T> own = written.span(tf, sequence.spanBegin(), sequence.spanSize());
        return Attention.chunked(tf, row, own.keys(), own.values(), sequence.mask());
    }

    @Override
    public void feed(Feed feed, int[] slots, int[] positions) {
        int[] begins = new int[width * 4];
        int[] sizes = new int[width * 4];
        for (int i = 0; i < width; i++) {
            KvCache.Span span = cache.span(slots[i], positions[i] + 1);
            System.arraycopy(span.begin(), 0, begins, i * 4, 4);
            System.arraycopy(span.size(), 0, sizes, i * 4, 4);
        }
        feed.ints(spanBegins, Shape.of(width, 4), begins)
                .ints(spanSizes, Shape.of(width, 4), sizes);
    }

    /** [chunks, 1, 1, positions in chunk]: open up to position {@code last}. */
    private Operand<TFloat32> mask(Operand<TInt32> spanSize, Operand<TInt32> last) {
        int perChunk = cache.positionsPerChunk();
        Operand<TInt32> chunks = tf.gather(spanSize, tf.constant(0), tf.constant(0));
        Operand<TInt32> positions =
                tf.range(
                        tf.constant(0), tf.math.mul(chunks, tf.constant(perChunk)), tf.constant(1));
        Operand<TBool> open = tf.math.greaterEqual(last, positions);
        return tf.reshape(Attention.mask(tf, open), tf.constant(new int[] {-1, 1, 1, perChunk}));
    }
}
