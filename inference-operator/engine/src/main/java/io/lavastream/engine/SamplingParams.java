package io.lavastream.engine;

import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How the next token is chosen. The defaults are stated here and never inherited from a checkpoint:
 * greedy, 512 new tokens, nothing penalised or truncated.
 *
 * <p>Applied in this order, over the whole vocabulary: repetition penalty, permitted answers, temperature, top-k, top-p, min-p.
 *
 * @param temperature divisor of the logits; 0 is greedy
 * @param topP smallest set of tokens with this probability mass; 1 keeps all
 * @param topK number of most probable tokens kept; 0 keeps all
 * @param minP tokens less probable than this share of the most probable one's probability are dropped; 0 keeps all
 * @param repetitionPenalty divisor of the positive logits of tokens the answer already has, factor of the negative ones; 1 is
 *     none
 * @param maxNewTokens upper bound of generated tokens; shrinks to the room that the prompt leaves of its slot, see {@link
 *     EngineConfig#longSlots}
 * @param stop texts that end the answer and are no part of it
 * @param seed of the random numbers; without one it is derived from the request id
 * @param topLogProbabilities asks for each token's log-probability, with this many most probable ones beside it, 0 to 20
 */
public record SamplingParams(
        double temperature,
        double topP,
        int topK,
        double minP,
        double repetitionPenalty,
        int maxNewTokens,
        List<String> stop,
        OptionalLong seed,
        OptionalInt topLogProbabilities) {

    public static final int DEFAULT_MAX_NEW_TOKENS = 512;

    /** Bounds that keep one request from costing the others: both are checked, neither is trained. */
    public static final int MAX_STOPS = 16;

    public static final int MAX_STOP_LENGTH = 256;

    public static final double MAX_TEMPERATURE = 100;

    public static final double MAX_REPETITION_PENALTY = 100;

    public static final int MAX_TOP_LOG_PROBABILITIES = 20;

    public SamplingParams {
        require(
                temperature >= 0 && temperature <= MAX_TEMPERATURE,
                "temperature",
                temperature,
                "0 to " + MAX_TEMPERATURE);
        require(topP > 0 && topP <= 1, "top_p", topP, "above 0, at most 1");
        require(topK >= 0, "top_k", topK, ">= 0, where 0 keeps all");
        require(minP >= 0 && minP <= 1, "min_p", minP, "0 to 1");
        require(
                repetitionPenalty > 0 && repetitionPenalty <= MAX_REPETITION_PENALTY,
                "repetition_penalty",
                repetitionPenalty,
                "above 0, at most " + MAX_REPETITION_PENALTY);
        topLogProbabilities.ifPresent(
                count ->
                        require(
                                count >= 0 && count <= MAX_TOP_LOG_PROBABILITIES,
                                "top_logprobs",
                                count,
                                "0 to " + MAX_TOP_LOG_PROBABILITIES));
        require(maxNewTokens >= 1, "max_new_tokens", maxNewTokens, ">= 1");
        stop = List.copyOf(stop);
        require(stop.size() <= MAX_STOPS, "stop", stop.size() + " texts", "at most " + MAX_STOPS);
        for (String text : stop) {
            require(
                    !text.isEmpty() && text.length() <= MAX_STOP_LENGTH,
                    "stop",
                    "a text of " + text.length() + " characters",
                    "1 to " + MAX_STOP_LENGTH);
        }
    }

    /** Without min-p, repetition penalty and log-probabilities. */
    public SamplingParams(
            double temperature,
            double topP,
            int topK,
            int maxNewTokens,
            List<String> stop,
            OptionalLong seed) {
        this(temperature, topP, topK, 0, 1, maxNewTokens, stop, seed, OptionalInt.empty());
    }

    /** Greedy decoding with the default length. */
    public static SamplingParams greedy() {
        return new SamplingParams(0, 1, 0, DEFAULT_MAX_NEW_TOKENS, List.of(), OptionalLong.empty());
    }

    public SamplingParams withMaxNewTokens(int tokens) {
        return new SamplingParams(
                temperature,
                topP,
                topK,
                minP,
                repetitionPenalty,
                tokens,
                stop,
                seed,
                topLogProbabilities);
    }

    public SamplingParams withMinP(double share) {
        return new SamplingParams(
                temperature,
                topP,
                topK,
                share,
                repetitionPenalty,
                maxNewTokens,
                stop,
                seed,
                topLogProbabilities);
    }

    public SamplingParams withRepetitionPenalty(double penalty) {
        return new SamplingParams(
                temperature,
                topP,
                topK,
                minP,
                penalty,
                maxNewTokens,
                stop,
                seed,
                topLogProbabilities);
    }

    public SamplingParams withTopLogProbabilities(int count) {
        return new SamplingParams(
                temperature,
                topP,
                topK,
                minP,
                repetitionPenalty,
                maxNewTokens,
                stop,
                seed,
                OptionalInt.of(count));
    }

    /** Whether the most probable token is always taken. */
    public boolean isGreedy() {
        return temperature == 0;
    }

    private static void require(boolean condition, String field, Object found, String expected) {
        if (!condition) {
            throw new EngineException(
                    ErrorCode.INVALID_PARAMETER,
                    "sampling.%s: %s (expected: %s)".formatted(field, found, expected));
        }
    }
}
