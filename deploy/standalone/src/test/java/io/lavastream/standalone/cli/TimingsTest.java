package io.lavastream.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.FinishReason;
import io.lavastream.engine.GenerationResult;
import io.lavastream.engine.ModelIdentity;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class TimingsTest {
    @Test
    void aTokenIsAStepAfterTheFirst() {
        GenerationResult result =
                new GenerationResult(
                        "a cat",
                        FinishReason.LENGTH,
                        new GenerationResult.TokenCounts(620, 576, 5),
                        List.of(),
                        OptionalDouble.empty(),
                        List.of(),
                        new GenerationResult.Timings(
                                Duration.ZERO,
                                Duration.ofMillis(3400),
                                Duration.ofMillis(2500),
                                Duration.ofMillis(400)),
                        new ModelIdentity("m", "r", "t", "pad"),
                        0);

        assertThat(Timings.describe(result))
                .isEqualTo(
                        "620 tokens of prompt, 576 of them of images; vision 3.40 s, prefill 2.50 s; 5 tokens of"
                                + " answer, 0.100 s a token");
    }
}
