package io.lavastream.engine.model;

import io.lavastream.engine.model.layers.Attention;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * {@code decode} for batches of up to {@link #width} sequences, in whatever slots. The linear
 * layers take all rows at once; each sequence then attends to its own slot, at its own length. Rows
 * without a sequence work in the cache's scratch chunk.
 */
final class DecodeSignature {
    private final KvCache cache;
    private final int width;
    private final int vocabularySize;
    private final Placeholder<TInt32> tokenIds;
    private final Placeholder<TInt32> positions;
    private final Placeholder<TInt32> cacheRows;
    private final Placeholder<TInt32> spanBegins;
    private final Placeholder<TInt32> spanSizes;
    private final Operand<TFloat32> logits;
    private final Operand<TInt32> greedy;

    DecodeSignature(
            Ops tf,
            LlamaDecoder decoder,
            KvCache cache,
            int width,
            int vocabularySize,
            Operand<TFloat32> neverProduced) {
        this.cache = cache;
        this.width = width;
        this.vocabularySize = vocabularySize;
        tokenIds = ints(tf, Shape.of(width));
        positions = ints(tf, Shape.of(width));
        cacheRows = ints(tf, Shape.of((long) width * cache.keyValueHeads()));
        spanBegins = ints(tf, Shape.of(width, 4));
        spanSizes = ints(tf, Shape.of(width, 4));

        List<Sequence> sequences = sequences(tf);
        Operand<TFloat32> x =
                decoder.layers(
                        decoder.embed(tokenIds),
                        positions,
                        cacheRows,
                        (queries, written) -> attend(tf, queries, written, sequences));
        logits = decoder.logits(x);
        greedy = tf.math.argMax(tf.math.add(logits, neverProduced), tf.constant(1), TInt32.class);
    }

    int width() {
        return width;
    }

    StepOutput run(Session session, DecodeBatch batch) {
        try (Feed feed = new Feed(session)) {
            feedInput(feed, batch);
            try (Result result = RunTrace.run(feed.runner().fetch(greedy).fetch(logits))) {
                return output(result, batch);
            }
        }
    }

    /**
     * The logits are in the result either way; they are copied out only where they are asked for.
     */
    private StepOutput output(Result result, DecodeBatch batch) {
        int[] tokens = Arrays.copyOf(Tensors.ints(result.get(0)), batch.size());
        float[][] rows = new float[batch.logits() ? batch.size() : 0][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Tensors.floats(result.get(1), (long) i * vocabularySize, vocabularySize);
        }
        return new StepOutput(tokens, rows);
    }

    private void feedInput(Feed feed, DecodeBatch batch) {
        int heads = cache.keyValueHeads();
        int[] ids = new int[width];
        int[] at = new int[width];
        int[] rows = new int[width * heads];
        int[] begins = new int[width * 4];
        int[] sizes = new int[width * 4];
        for (int i = 0; i < width; i++) {
            boolean padding = i >= batch.size();
            int slot = padding ? cache.scratchSlot() : batch.slots()[i];
            ids[i] = padding ? 0 : batch.tokens()[i];
            at[i] = padding ? 0 : batch.positions()[i];
            cache.rows(slot, at[i], rows, i * heads);
            KvCache.Span span = cache.span(slot, at[i] + 1);
            System.arraycopy(span.begin(), 0, begins, i * 4, 4);
            System.arraycopy(span.size(), 0, sizes, i * 4, 4);
        }
        feed.ints(tokenIds, ids)
                .ints(positions, at)
                .ints(cacheRows, rows)
                .ints(spanBegins, Shape.of(width, 4), begins)
                .ints(spanSizes, Shape.of(width, 4), sizes);
    }

    /** What one row of the batch attends to, the same in every layer. */
    private record Sequence(
            Operand<TInt32> spanBegin, Operand<TInt32> spanSize, Operand<TFloat32> mask) {}

    private List<Sequence> sequences(Ops tf) {
        List<Output<TInt32>> begins = tf.unstack(spanBegins, (long) width).output();
        List<Output<TInt32>> sizes = tf.unstack(spanSizes, (long) width).output();
        List<Output<TInt32>> lasts = tf.unstack(positions, (long) width).output();
        List<Sequence> sequences = new ArrayList<>();
        for (int i = 0; i < width; i++) {
            sequences.add(
                    new Sequence(
                            begins.get(i), sizes.get(i), mask(tf, sizes.get(i), lasts.get(i))));
        }
        return sequences;
    }

    /** [chunks, 1, 1, positions in chunk]: open up to position {@code last}. */
    private Operand<TFloat32> mask(Ops tf, Operand<TInt32> spanSize, Operand<TInt32> last) {
        int perChunk = cache.positionsPerChunk();
        Operand<TInt32> chunks = tf.gather(spanSize, tf.constant(0), tf.constant(0));
        Operand<TInt32> positions =
                tf.range(
                        tf.constant(0), tf.math.mul(chunks, tf.constant(perChunk)), tf.constant(1));
        return tf.reshape(
                Attention.mask(tf, tf.math.greaterEqual(last, positions)),
                tf.constant(new int[] {-1, 1, 1, perChunk}));
    }

    private Operand<TFloat32> attend(
            Ops tf, Operand<TFloat32> queries, KvCache.View written, List<Sequence> sequences) {
        List<Output<TFloat32>> rows =
                tf.unstack(tf.expandDims(queries, tf.constant(1)), (long) width, Unstack.axis(0L))
                        .output();
        List<Operand<TFloat32>> attended = new ArrayList<>();
        for (int i = 0; i < width; i++) {
            Sequence sequence = sequences.get(i);
            KvCache.View own = written.span(tf, sequence.spanBegin(), sequence.spanSize());
            attended.add(
                    Attention.chunked(tf, rows.get(i), own.keys(), own.values(), sequence.mask()));
        }
        return tf.stack(attended);
    }

    private static Placeholder<TInt32> ints(Ops tf, Shape shape) {
        return tf.placeholder(TInt32.class, Placeholder.shape(shape));
    }
}
