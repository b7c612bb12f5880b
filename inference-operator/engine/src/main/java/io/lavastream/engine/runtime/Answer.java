package io.lavastream.engine.runtime;

import io.lavastream.engine.FinishReason;
import io.lavastream.engine.GenerationResult.ChoiceProbability;
import io.lavastream.engine.SamplingParams;
import io.lavastream.engine.sampling.Sampler;
import io.lavastream.engine.tokenizer.TextStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * An answer as it grows: chooses each token, turns tokens into text, and knows when it ends. Used by one thread at a time.
 */
final class Answer {
    /** Gives the probabilities of the permitted answers from the logits of the first token. */
    interface Choices extends Function<float[], List<ChoiceProbability>> {
        Choices NONE = logits -> List.of();
    }

    /** A token and what it did to the answer: the text that is certain now, and the end where it is one. */
    record Step(String text, Optional<FinishReason> end) {}

    private static final Sampler SAMPLER = new Sampler();

    private final SamplingParams sampling;
    private final long seed;
    private final Set<Integer> endOfSequence;
    private final TextStream stream;
    private final Choices choices;
    private final StringBuilder text = new StringBuilder();
    private List<ChoiceProbability> probabilities = List.of();
    private int tokens;
    private int lastToken;

    Answer(
            SamplingParams sampling,
            long seed,
            Set<Integer> endOfSequence,
            TextStream stream,
            Choices choices) {
        this.sampling = sampling;
        this.seed = seed;
        this.endOfSequence = Set.copyOf(endOfSequence);
        this.stream = stream;
        this.choices = choices;
    }

    /** Whether the most probable token will do for the next one. */
    boolean isGreedy() {
        return sampling.isGreedy();
    }

    /** Chooses the next token from {@code logits}, [vocabulary]. */
    int choose(float[] logits) {
        if (tokens == 0) {
            probabilities = choices.apply(logits);
        }
        return SAMPLER.next(logits, sampling, seed, tokens);
    }

    /**
     * Adds {@code token}.
     *
     * @param room tokens that the slot has room for in all
     */
    Step add(int token, int room) {
        tokens++;
        lastToken = token;
        if (endOfSequence.contains(token)) {
            return end("", FinishReason.END_OF_SEQUENCE);
        }
        String piece = stream.append(token);
        if (stream.stopped()) {
            return end(piece, FinishReason.STOP_TEXT);
        }
        if (tokens >= Math.min(sampling.maxNewTokens(), room)) {
            return end(piece, FinishReason.LENGTH);
        }
        text.append(piece);
        return new Step(piece, Optional.empty());
    }

    int tokens() {
        return tokens;
    }

    int lastToken() {
        return lastToken;
    }

    long seed() {
        return seed;
    }

    List<ChoiceProbability> choiceProbabilities() {
        return probabilities;
    }

    /** All text so far, as it was given out piece by piece. */
    String text() {
        return text.toString();
    }

    /** With the end, what the stream held back is certain; a stop text in it still counts as one. */
    private Step end(String piece, FinishReason reason) {
        String last = piece + stream.finish();
        text.append(last);
        return new Step(last, Optional.of(stream.stopped() ? FinishReason.STOP_TEXT : reason));
    }
}
