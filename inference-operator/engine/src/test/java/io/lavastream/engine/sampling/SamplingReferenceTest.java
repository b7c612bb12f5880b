package io.lavastream.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.lavastream.engine.ReferenceFiles;
import io.lavastream.engine.SamplingParams;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Equal distributions with Hugging Face's logits warpers on real logits. */
class SamplingReferenceTest {
    @ParameterizedTest
    @ValueSource(strings = {"tiny-llava-1.5/c01_photo_crop", "tiny-llava-orig/c01_photo_pad"})
    void keepsAndWeighsAsTheReferenceDoes(String name) {
        Path directory = ReferenceFiles.reference("goldens/" + name);
        float[] logits = ReferenceFiles.floats(directory.resolve("logits_last.npy"));
        JsonNode distributions =
                ReferenceFiles.json(directory.resolve("case.json"))
                        .get("sampling_distributions_on_logits_last");

        for (JsonNode golden : distributions) {
            SamplingParams params =
                    new SamplingParams(
                            golden.get("temperature").asDouble(),
                            golden.get("top_p").asDouble(),
                            golden.get("top_k").asInt(),
                            1,
                            List.of(),
                            OptionalLong.empty());
            TokenDistribution distribution = TokenDistribution.of(logits, params, new BitSet());
            assertThat(distribution.size()).isEqualTo(golden.get("kept").intValue());
            for (JsonNode top : golden.get("top_probs")) {
                double expected = top.get(1).asDouble();
                assertThat(distribution.probability(top.get(0).intValue()))
                        .isCloseTo(expected, within(1e-5 * expected));
            }
        }
        System.out.printf("sampling, %s: %d equal%n", name, distributions.size());
        assertThat(distributions).isNotEmpty();
    }
}
