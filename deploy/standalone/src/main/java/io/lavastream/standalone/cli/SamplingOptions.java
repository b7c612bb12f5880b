package io.lavastream.standalone.cli;

import io.lavastream.engine.SamplingParams;
import io.lavastream.schemas.Sampling;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import picocli.CommandLine.Option;

/** Options that say how tokens are chosen. */
final class SamplingOptions {
    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            description = "Longest answer, in tokens. Default: 512.")
    private Integer maxNewTokens;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description =
                    "Divisor of the logits; 0 always takes the most probable token. Default: 0.")
    private Double temperature;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = "Keep the smallest set of tokens with this probability mass. Default: 1.")
    private Double topP;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "Keep this many tokens; 0 keeps all. Default: 0.")
    private Integer topK;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of the random numbers. Default: from the request id.")
    private Long seed;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            description =
                    "Drop tokens less probable than this share of the most probable one's"
                            + " probability. Default: 0.")
    private Double minP;

    @Option(
            names = "--repetition-penalty",
            paramLabel = "X",
            description = "Make tokens that the answer has less likely; 1 does not. Default: 1.")
    private Double repetitionPenalty;

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            description = "Text that ends the answer and is no part of it; repeat it for more.")
    private List<String> stop = List.of();

    @Option(
            names = "--logprobs",
            paramLabel = "N",
            description =
                    "Report each token's log-probability and the N most probable ones, 0 to 20.")
    private Integer topLogprobs;

    /** For a question; what is not given is left to the service. */
    Sampling record() {
        return Sampling.newBuilder()
                .setTemperature(temperature)
                .setTopP(topP)
                .setTopK(topK)
                .setMaxNewTokens(maxNewTokens)
                .setSeed(seed)
                .setMinP(minP)
                .setRepetitionPenalty(repetitionPenalty)
                .setStop(stop)
                .setTopLogprobs(topLogprobs)
                .build();
    }

    /** For the engine. */
    SamplingParams params() {
        return new SamplingParams(
                temperature == null ? 0 : temperature,
                topP == null ? 1 : topP,
                topK == null ? 0 : topK,
                minP == null ? 0 : minP,
                repetitionPenalty == null ? 1 : repetitionPenalty,
                maxNewTokens == null ? SamplingParams.DEFAULT_MAX_NEW_TOKENS : maxNewTokens,
                stop,
                seed == null ? OptionalLong.empty() : OptionalLong.of(seed),
                topLogprobs == null ? OptionalInt.empty() : OptionalInt.of(topLogprobs));
    }
}
