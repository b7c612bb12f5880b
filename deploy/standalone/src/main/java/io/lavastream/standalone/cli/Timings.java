package io.lavastream.standalone.cli;

import io.lavastream.engine.GenerationResult;
import java.time.Duration;
import java.util.Locale;

/** Where the time of one answer went, in a line. */
final class Timings {
    private Timings() {}

    static String describe(GenerationResult result) {
        GenerationResult.TokenCounts tokens = result.tokens();
        GenerationResult.Timings timings = result.timings();
        // The first token comes with the prompt's last logits.
        int steps = Math.max(1, tokens.generated() - 1);
        return String.format(
                Locale.ROOT,
                "%d tokens of prompt, %d of them of images; vision %.2f s, prefill %.2f s; %d tokens of answer, %.3f s"
                        + " a token",
                tokens.prompt(),
                tokens.image(),
                seconds(timings.vision()),
                seconds(timings.prefill()),
                tokens.generated(),
                seconds(timings.decode()) / steps);
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
