package io.lavastream.engine.model;

import io.lavastream.engine.checkpoint.LlamaConfig;
import java.util.Arrays;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * {@code prefill}: consecutive positions of one sequence. They are written to the slot first and
 * then attend to the slot, so that a prompt in one piece, its second piece, and the rest of a
 * prompt whose beginning is cached are the same computation.
 *
 * <p>A chunk is padded to one of a few lengths, so that shapes repeat. Rows that only pad stand at
 * the last position and write to the cache's scratch chunk.
 */
final class PrefillSignature {
    private final int hiddenSize;
    private final Placeholder<TInt32> tokenIds;
    private final Placeholder<TInt32> featureRows;
    private final Placeholder<TFloat32> features;
    private final Placeholder<TInt32> positions;
    private final PrefillAttention attention;
    private final Placeholder<TInt32> last;
    private final Operand<TFloat32> logits;

    /** @param threads that compute attention where the cache is in pages */
    PrefillSignature(Ops tf, LlamaDecoder decoder, KvCache cache, LlamaConfig config, int threads) {
        this.hiddenSize = config.hiddenSize();
        tokenIds = ints(tf, Shape.of(Shape.UNKNOWN_SIZE));
        featureRows = ints(tf, Shape.of(Shape.UNKNOWN_SIZE));
        features =
                tf.placeholder(
                        TFloat32.class,
                        Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE, hiddenSize)));
        positions = ints(tf, Shape.of(Shape.UNKNOWN_SIZE));
        last = ints(tf, Shape.of(1));
        attention =
                cache.isInPages()
                        ? new PagedPrefillAttention(tf, cache, threads)
                        : new GatheredPrefillAttention(tf, cache, positions);

        Operand<TFloat32> x = decoder.layers(embeddings(tf, decoder), positions, attention);
        logits = decoder.logits(tf.gather(x, last, tf.constant(0)));
    }

    /**
     * The logits [vocabulary] that follow the chunk.
     *
     * @param rows at least as many as the chunk has; what is more is padding
     */
    float[] run(Session session, int slot, int start, PromptChunk chunk, int rows) {
        try (Feed feed = new Feed(session)) {
            feedInput(feed, chunk, rows);
            feed.ints(positions, positions(start, chunk.length(), rows))
                    .ints(last, new int[] {chunk.length() - 1});
            attention.feed(feed, slot, start, chunk.length(), rows);
            try (Result result = RunTrace.run(feed.runner().fetch(logits))) {
                return Tensors.floats(result.get(0));
            }
        }
    }

    /**
     * Feeds only those feature rows that this chunk uses. The graph looks up both tables at every
     * position, so each needs a row.
     */
    private void feedInput(Feed feed, PromptChunk chunk, int rows) {
        int first = Arrays.stream(chunk.featureRows()).filter(row -> row >= 0).min().orElse(0);
        int end = Arrays.stream(chunk.featureRows()).max().orElse(-1) + 1;
        int[] ids = Arrays.copyOf(chunk.tokenIds(), rows);
        int[] sources = new int[rows];
        Arrays.fill(sources, -1);
        for (int i = 0; i < chunk.length(); i++) {
            int row = chunk.featureRows()[i];
            ids[i] = row >= 0 ? 0 : ids[i];
            sources[i] = row >= 0 ? row - first : -1;
        }
        float[] used =
                end == 0
                        ? new float[hiddenSize]
                        : Arrays.copyOfRange(
                                chunk.features(), first * hiddenSize, end * hiddenSize);
        feed.ints(tokenIds, ids)
                .ints(featureRows, sources)
                .floats(features, Shape.of(used.length / hiddenSize, hiddenSize), used);
    }

    private Operand<TFloat32> embeddings(Ops tf, LlamaDecoder decoder) {
        Operand<TInt32> zero = tf.constant(0);
        Operand<TFloat32> ofImages = tf.gather(features, tf.math.maximum(featureRows, zero), zero);
        return tf.select(
                tf.expandDims(tf.math.greaterEqual(featureRows, zero), tf.constant(1)),
                ofImages,
                decoder.embed(tokenIds));
    }

    private static int[] positions(int start, int length, int rows) {
        int[] positions = new int[rows];
        Arrays.setAll(positions, i -> start + Math.min(i, length - 1));
        return positions;
    }

    private static Placeholder<TInt32> ints(Ops tf, Shape shape) {
        return tf.placeholder(TInt32.class, Placeholder.shape(shape));
    }
}
