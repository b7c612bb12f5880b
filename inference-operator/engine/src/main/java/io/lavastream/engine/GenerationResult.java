package io.lavastream.engine;

import java.time.Duration;
import java.util.List;

/**
 * A finished answer.
 *
 * @param text the answer, special tokens and stop text removed, stripped of surrounding white space
 * @param choices probabilities of the permitted answers, for yes/no and multiple choice; else empty
 * @param seed the seed that sampling used; 0 for greedy
 */
public record GenerationResult(
        String text,
        FinishReason finishReason,
        TokenCounts tokens,
        List<ChoiceProbability> choices,
        Timings timings,
        ModelIdentity model,
        long seed) {

    public GenerationResult {
        choices = List.copyOf(choices);
    }

    /** Sizes in tokens: {@code prompt} includes {@code image}. */
    public record TokenCounts(int prompt, int image, int generated) {}

    /** A permitted answer and its share of the probability of all permitted answers at the first token. */
    public record ChoiceProbability(String answer, double probability) {}

    /**
     * Where the time went: waiting for a slot; vision tower and projector; prompt; the tokens after the first.
     */
    public record Timings(Duration queue, Duration vision, Duration prefill, Duration decode) {}
}
