package io.lavastream.engine.model;

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
 * {@code decode}: the next position of each of some sequences, in whatever slots. The linear layers take all rows at once; each row
 * then attends to its own slot.
 *
 * <p>On a CPU one signature takes one sequence, whose products are another operation, and a second one any number. A GPU has one for
 * each of a few widths, as what depends on a number of rows would be computed on its host; there, rows without a sequence work in
 * the cache's scratch chunk.
 */
final class DecodeSignature implements AutoCloseable {
    /** The width that takes any number of sequences. */
    static final int ANY = (int) Shape.UNKNOWN_SIZE;

    private final KvCache cache;
    private final GraphForms forms;
    private final int width;
    private final int vocabularySize;
    private final Placeholder<TInt32> tokenIds;
    private final Placeholder<TInt32> positions;
    private final KeptInts keptIds = new KeptInts();
    private final KeptInts keptPositions = new KeptInts();
    private final DecodeAttention attention;
    private final Operand<TFloat32> logits;
    private final Operand<TInt32> greedy;

    /** @param width sequences of each step, or {@link #ANY} */
    DecodeSignature(
            Ops tf,
            LlamaDecoder decoder,
            KvCache cache,
            ModelSettings settings,
            int width,
            int vocabularySize,
            Operand<TFloat32> neverProduced) {
        this.cache = cache;
        this.forms = settings.forms();
        this.width = width;
        this.vocabularySize = vocabularySize;
        tokenIds = ints(tf, Shape.of(width));
        positions = ints(tf, Shape.of(width));
        attention =
                switch (forms) {
                    case CPU -> attentionOnCpu(tf, settings);
                    case GPU -> new GatheredAttention(tf, cache, width, positions);
                };

        Operand<TFloat32> x = decoder.layers(decoder.embed(tokenIds), positions, attention);
        logits = decoder.logits(x);
        greedy = tf.math.argMax(tf.math.add(logits, neverProduced), tf.constant(1), TInt32.class);
    }

    private DecodeAttention attentionOnCpu(Ops tf, ModelSettings settings) {
        return cache.isInPages()
                ? new PagedAttention(tf, cache, settings.threads())
                : new CompactAttention(tf, cache, tf.size(tokenIds));
    }

    /** Whether the chunks of a step's slots must lie in front, see {@link KvCache#toFront}. */
    boolean readsSlice() {
        return attention.readsSlice();
    }

    /** Whether a batch of so many fits. */
    boolean takes(int sequences) {
        return width == ANY || width >= sequences;
    }

    StepOutput run(Session session, DecodeBatch batch) {
        try (Feed feed = new Feed(session)) {
            feedInput(feed, batch);
            Session.Runner runner = feed.runner().fetch(greedy);
            if (batch.logits() || forms == GraphForms.CPU) {
                runner.fetch(logits);
            }
            try (Result result = RunTrace.run(runner)) {
                return output(result, batch);
            }
        }
    }

    /**
     * On a CPU the logits are in the result either way, as another set of fetches would have to be
     * prepared apart; on a GPU that costs less than bringing them to the host in each step. They are
     * copied out only where they are asked for.
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
        int count = width == ANY ? batch.size() : width;
        int[] ids = Arrays.copyOf(batch.tokens(), count);
        int[] at = Arrays.copyOf(batch.positions(), count);
        feed.ints(tokenIds, keptIds, ids).ints(positions, keptPositions, at);
        attention.feed(feed, batch.slots(), batch.positions());
    }

    @Override
    public void close() {
        keptIds.close();
        keptPositions.close();
        attention.close();
    }

    private static Placeholder<TInt32> ints(Ops tf, Shape shape) {
        return tf.placeholder(TInt32.class, Placeholder.shape(shape));
    }
}
