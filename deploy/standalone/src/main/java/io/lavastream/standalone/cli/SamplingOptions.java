package io.lavastream.standalone.cli;

import io.lavastream.engine.SamplingParams;
import io.lavastream.schemas.Sampling;
import java.util.List;
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

    /** For a question; what is not given is left to the service. */
    Sampling record() {
        return Sampling.newBuilder()
                .setTemperature(temperature)
                .setTopP(topP)
                .setTopK(topK)
                .setMaxNewTokens(maxNewTokens)
                .setSeed(seed)
                .build();
    }

    /** For the engine. */
    SamplingParams params() {
        return new SamplingParams(
                temperature == null ? 0 : temperature,
                topP == null ? 1 : topP,
                topK == null ? 0 : topK,
                maxNewTokens == null ? SamplingParams.DEFAULT_MAX_NEW_TOKENS : maxNewTokens,
                List.of(),
                seed == null ? OptionalLong.empty() : OptionalLong.of(seed));
    }
}
