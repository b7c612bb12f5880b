package io.lavastream.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.lavastream.engine.ReferenceFiles;
import io.lavastream.engine.SamplingParams;
import io.lavastream.engine.prompt.PermittedAnswers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Equal distributions with Hugging Face's logits warpers on real logits. */
class SamplingReferenceTest {
    @Test
    void takesLogProbabilitiesOverTheWholeVocabulary() {
        Path directory = ReferenceFiles.reference("goldens/tiny-llava-1.5/c01_photo_crop");
        JsonNode golden = ReferenceFiles.json(directory.resolve("case.json"));
        float[] logits = ReferenceFiles.floats(directory.resolve("logits_last.npy"));
        JsonNode sums = golden.get("logits_logsumexp");
        double logSumExp = sums.get(sums.size() - 1).asDouble();

        LogProbabilities found = LogProbabilities.of(logits);

        List<Integer> best = new ArrayList<>();
        for (JsonNode top : golden.get("logits_last_top20")) {
            int id = top.get(0).intValue();
            best.add(id);
            assertThat(found.of(id)).isCloseTo(top.get(1).asDouble() - logSumExp, within(1e-5));
        }
        assertThat(found.top(20)).isEqualTo(best);
    }

    /** The best tokens of the reference as the beginnings of two answers. */
    @Test
    void measuresTheMassOutsideThePermittedAnswers() {
        Path directory = ReferenceFiles.reference("goldens/tiny-llava-1.5/c01_photo_crop");
        JsonNode golden = ReferenceFiles.json(directory.resolve("case.json"));
        JsonNode sums = golden.get("logits_logsumexp");
        double logSumExp = sums.get(sums.size() - 1).asDouble();
        Map<String, Set<Integer>> firstTokens = new LinkedHashMap<>();
        double[] masses = new double[2];
        for (int i = 0; i < 6; i++) {
            JsonNode top = golden.get("logits_last_top20").get(i);
            masses[i % 2] += Math.exp(top.get(1).asDouble() - logSumExp);
            firstTokens
                    .computeIfAbsent("answer " + i % 2, answer -> new TreeSet<>())
                    .add(top.get(0).intValue());
        }

        ChoiceProbabilities found =
                ChoiceProbabilities.of(
                        ReferenceFiles.floats(directory.resolve("logits_last.npy")),
                        new PermittedAnswers(firstTokens, Map.of(), false));

        double inside = masses[0] + masses[1];
        assertThat(found.outside().getAsDouble()).isCloseTo(1 - inside, within(1e-5));
        for (int i = 0; i < 2; i++) {
            assertThat(found.choices().get(i).probability())
                    .isCloseTo(masses[i] / inside, within(1e-5));
        }
    }

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
