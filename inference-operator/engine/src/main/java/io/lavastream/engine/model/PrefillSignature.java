package io.lavastream.engine.model;

import io.lavastream.engine.checkpoint.LlamaConfig;
import io.lavastream.engine.model.custom.VectorOps;
import io.lavastream.engine.model.layers.Attention;
import java.util.Arrays;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * {@code prefill}: consecutive positions of one sequence. They are written to the slot first and
 * then attend to the slot, so that a prompt in one piece, its second piece, and the rest of a
 * prompt whose beginning is cached are the same computation.
 *
 * <p>A chunk is padded to one of a few lengths, so that shapes repeat. Rows that only pad stand at
 * the last position and write to the cache's scratch chunk.
 */
final class PrefillSignature {
    private final KvCache cache;
    private final int hiddenSize;
    private final Placeholder<TInt32> tokenIds;
    private final Placeholder<TInt32> featureRows;
    private final Placeholder<TFloat32> features;
    private final Placeholder<TInt32> positions;
    private final Placeholder<TInt32> cacheRows;
    private final Placeholder<TInt32> chunks;
    private final Operand<TInt32> pieces;
    private final Placeholder<TInt32> last;
    private final Placeholder<TInt32> span;
    private final Operand<TFloat32> logits;

    /** @param threads that compute attention where the cache is in pages */
    PrefillSignature(Ops tf, LlamaDecoder decoder, KvCache cache, LlamaConfig config, int threads) {
        this.cache = cache;
        this.hiddenSize = config.hiddenSize();
        tokenIds = ints(tf, Shape.of(Shape.UNKNOWN_SIZE));
        featureRows = ints(tf, Shape.of(Shape.UNKNOWN_SIZE));
        features =
                tf.placeholder(
                        TFloat32.class,
                        Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE, hiddenSize)));
        positions = ints(tf, Shape.of(Shape.UNKNOWN_SIZE));
        cacheRows = ints(tf, Shape.of(Shape.UNKNOWN_SIZE));
        chunks = ints(tf, Shape.of(Shape.UNKNOWN_SIZE));
        pieces = cache.pieces(tf, chunks);
        last = ints(tf, Shape.of(1));

        span = ints(tf, Shape.of(2));
        Operand<TFloat32> x =
                decoder.layers(
                        embeddings(tf, decoder),
                        positions,
                        cache.isInPages() ? attentionToPages(tf, threads) : afterWrite(tf));
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
                    .ints(cacheRows, cacheRows(slot, start, chunk.length(), rows))
                    .ints(chunks, cache.places(slot, start + chunk.length()))
                    .ints(last, new int[] {chunk.length() - 1})
                    .ints(span, new int[] {start, chunk.length()});
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

    /** [rows, positions]: each row may look at positions up to its own. */
    private Operand<TFloat32> causalMask(Ops tf) {
        return Attention.upTo(
                tf,
                positions,
                tf.math.mul(tf.size(chunks), tf.constant(cache.positionsPerChunk())));
    }

    private LlamaDecoder.AttentionOverCache attentionToPages(Ops tf, int threads) {
        return (layer, queries, keys, values) ->
                VectorOps.promptAttention(
                        tf,
                        new VectorOps.Fresh(queries, keys, values),
                        cache.pages(tf, layer),
                        chunks,
                        span,
                        threads);
    }

    private LlamaDecoder.AttentionOverCache afterWrite(Ops tf) {
        Operand<TFloat32> mask = causalMask(tf);
        return cache.afterWrite(
                tf, cacheRows, (queries, written) -> attend(tf, queries, written, mask));
    }

    private <T extends TNumber> Operand<TFloat32> attend(
            Ops tf, Operand<TFloat32> queries, KvCache.View<T> written, Operand<TFloat32> mask) {
        Operand<TFloat32> attended =
                Attention.masked(
                        tf,
                        tf.linalg.transpose(queries, tf.constant(new int[] {1, 2, 0, 3})),
                        byHead(tf, written.keys()),
                        byHead(tf, written.values()),
                        mask);
        return tf.linalg.transpose(attended, tf.constant(new int[] {2, 0, 1, 3}));
    }

    /** The slot's keys or values of {@code cached}: [keyValueHeads, 1, positions, headSize]. */
    private <T extends TNumber> Operand<T> byHead(Ops tf, Operand<T> cached) {
        return tf.reshape(
                cache.gather(tf, cached, pieces),
                tf.constant(new int[] {cache.keyValueHeads(), 1, -1, cache.headSize()}));
    }

    private static int[] positions(int start, int length, int rows) {
        int[] positions = new int[rows];
        Arrays.setAll(positions, i -> start + Math.min(i, length - 1));
        return positions;
    }

    private int[] cacheRows(int slot, int start, int length, int rows) {
        int heads = cache.keyValueHeads();
        int[] cacheRows = new int[rows * heads];
        for (int i = 0; i < length; i++) {
            cache.rows(slot, start + i, cacheRows, i * heads);
        }
        for (int i = length; i < rows; i++) {
            cache.scratchRows(cacheRows, i * heads);
        }
        return cacheRows;
    }

    private static Placeholder<TInt32> ints(Ops tf, Shape shape) {
        return tf.placeholder(TInt32.class, Placeholder.shape(shape));
    }
}
