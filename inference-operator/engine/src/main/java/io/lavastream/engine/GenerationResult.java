package io.lavastream.engine;

import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A finished answer.
 *
 * @param text the answer, special tokens and stop text removed, stripped of surrounding white space
 * @param choices probabilities of the permitted answers, for yes/no and multiple choice; else empty
 * @param outside probability of every other answer, 0 to 1: what {@code choices} leave out; empty for other formats
 * @param logProbabilities one entry a generated token, if the request asks for them; else empty
 * @param seed the seed that sampling used; 0 for greedy
 */
public record GenerationResult(
        String text,
        FinishReason finishReason,
        TokenCounts tokens,
        List<ChoiceProbability> choices,
        OptionalDouble outside,
        List<TokenLogProbability> logProbabilities,
        Timings timings,
        ModelIdentity model,
        long seed) {

    public GenerationResult {
        choices = List.copyOf(choices);
        logProbabilities = List.copyOf(logProbabilities);
    }

    /** Sizes in tokens: {@code prompt} includes {@code image}. */
    public record TokenCounts(int prompt, int image, int generated) {}

    /**
     * A permitted answer and its share of the probability of all permitted answers: at the first token, or, where nothing else was
     * permitted, along the answer's whole token sequence.
     */
    public record ChoiceProbability(String answer, double probability) {}

    /** A token, the text it adds (a part of a character as U+FFFD), and the natural logarithm of its probability. */
    public record TokenProbability(int id, String text, double logProbability) {}

    /**
     * How probable a generated token was by the model's raw logits, before penalty, temperature and truncation.
     *
     * @param chosen the token that was generated; the end of sequence is one
     * @param top the most probable ones at its place, best first, as many as asked for
     */
    public record TokenLogProbability(TokenProbability chosen, List<TokenProbability> top) {
        public TokenLogProbability {
            top = List.copyOf(top);
        }
    }

    /**
     * Where the time went: waiting for a slot; vision tower and projector; prompt; the tokens after the first.
     */
    public record Timings(Duration queue, Duration vision, Duration prefill, Duration decode) {}
}
