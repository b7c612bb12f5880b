package io.lavastream.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.AnswerFormat;
import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.Generation;
import io.lavastream.engine.GenerationListener;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.GenerationResult;
import io.lavastream.engine.SamplingParams;
import io.lavastream.engine.Turn;
import io.lavastream.engine.fidelity.GoldenCase;
import io.lavastream.engine.reference.Reference;
import io.lavastream.engine.reference.ReferenceModels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * From files to text through the whole engine, held against the reference implementation's greedy
 * answers: our tokens, our templates, our pixels; the cases of a model that are set alike run together.
 */
@Timeout(600)
class EngineGoldenTest {
    private static final int NEW_TOKENS = 32;

    /** No requests of ours: images in the middle of the question, and no question at all. */
    private static final Set<String> NOT_ASKED =
            Set.of("tiny-llava-1.5/c10_inline_images", "tiny-llava-orig/c08_plain");

    @TempDir private static Path root;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tiny-llava-1.5",
                "tiny-llava-gqa",
                "tiny-llava-orig",
                "tiny-llava-v0",
                "tiny-llava-hd"
            })
    void answersTogetherAsTheReferenceDoesOneByOne(String model) {
        Map<EngineConfig, List<GoldenCase>> alike =
                Reference.cases(model).stream()
                        .filter(golden -> !NOT_ASKED.contains(golden.name()))
                        .collect(Collectors.groupingBy(EngineGoldenTest::config));

        alike.forEach(EngineGoldenTest::assertAnswers);

        int cases = alike.values().stream().mapToInt(List::size).sum();
        System.out.printf("goldens: %d of %s equal in text%n", cases, model);
        assertThat(cases).isGreaterThan(2);
    }

    /** First alone, then all at once: each finds its whole prompt, or what others have in common with it. */
    @ParameterizedTest
    @ValueSource(strings = {"tiny-llava-1.5", "tiny-llava-hd"})
    void answersTheSameOverWhatEarlierSequencesComputed(String model) {
        Map<EngineConfig, List<GoldenCase>> alike =
                Reference.cases(model).stream()
                        .filter(golden -> !NOT_ASKED.contains(golden.name()))
                        .collect(Collectors.groupingBy(EngineGoldenTest::config));

        long reused = 0;
        for (Map.Entry<EngineConfig, List<GoldenCase>> group : alike.entrySet()) {
            int longest =
                    group.getValue().stream()
                            .mapToInt(GoldenCase::sequenceLength)
                            .max()
                            .orElseThrow();
            EngineConfig config = group.getKey().withSlotLength(longest + NEW_TOKENS);
            try (LlavaEngine engine = LlavaEngine.open(config)) {
                assertAskedAgain(engine, group.getValue());
                reused += engine.metrics().reusedTokens();
            }
        }

        System.out.printf("goldens: %d positions of %s reused%n", reused, model);
        assertThat(reused).isGreaterThan(1_000);
    }

    private static void assertAskedAgain(LlavaEngine engine, List<GoldenCase> goldens) {
        for (GoldenCase golden : goldens) {
            for (int time = 0; time < 2; time++) {
                GenerationResult result =
                        engine.submit(request(golden), GenerationListener.NONE).result().join();
                assertText(golden, result);
            }
        }
        List<Generation> together = new ArrayList<>();
        for (int i = 0; i < 2 * goldens.size(); i++) {
            GoldenCase golden = goldens.get(i % goldens.size());
            together.add(engine.submit(request(golden), GenerationListener.NONE));
        }
        for (int i = 0; i < together.size(); i++) {
            assertText(goldens.get(i % goldens.size()), together.get(i).result().join());
        }
    }

    private static void assertText(GoldenCase golden, GenerationResult result) {
        String expected = golden.json().path("greedy_text").textValue();
        assertThat(result.text()).as(golden.name()).isEqualTo(expected.strip());
    }

    @Test
    void runsEachModelAsItsOwnFilesSay() {
        assertIdentity("tiny-llava-1.5", "llava_v1", "crop");
        assertIdentity("tiny-llava-orig", "llava_v1", "pad");
        assertIdentity("tiny-llava-v0", "llava_v1", "crop");
        assertIdentity("tiny-llava-hd", "llava_v1", "anyres");
    }

    private static void assertIdentity(String model, String template, String imageMode) {
        GoldenCase any = Reference.cases(model).get(0);
        EngineConfig config = EngineConfig.defaults(ReferenceModels.directory(root, any));
        try (LlavaEngine engine = LlavaEngine.open(config)) {
            assertThat(engine.model().template()).isEqualTo(template);
            assertThat(engine.model().imageMode()).isEqualTo(imageMode);
        }
    }

    private static void assertAnswers(EngineConfig config, List<GoldenCase> goldens) {
        int longest = goldens.stream().mapToInt(GoldenCase::sequenceLength).max().orElseThrow();
        try (LlavaEngine engine = LlavaEngine.open(config.withSlotLength(longest + NEW_TOKENS))) {
            List<List<String>> pieces = new ArrayList<>();
            List<Generation> generations = new ArrayList<>();
            for (GoldenCase golden : goldens) {
                List<String> own = Collections.synchronizedList(new ArrayList<>());
                pieces.add(own);
                generations.add(engine.submit(request(golden), own::add));
            }
            for (int i = 0; i < goldens.size(); i++) {
                GoldenCase golden = goldens.get(i);
                GenerationResult result = generations.get(i).result().join();
                String expected = golden.json().path("greedy_text").textValue();
                assertThat(result.text()).as(golden.name()).isEqualTo(expected.strip());
                assertThat(String.join("", pieces.get(i)).strip()).isEqualTo(result.text());
                assertThat(result.tokens().prompt()).isEqualTo(golden.sequenceLength());
                assertThat(result.tokens().generated()).isEqualTo(NEW_TOKENS);
                assertThat(result.model()).isEqualTo(engine.model());
            }
        }
    }

    private static EngineConfig config(GoldenCase golden) {
        return EngineConfig.defaults(ReferenceModels.directory(root, golden))
                .withTemplate(golden.json().path("conv_template").textValue())
                .withImageMode(golden.preprocess())
                .withTruncate(EngineConfig.Truncate.REFERENCE)
                .withSlots(3);
    }

    private static GenerationRequest request(GoldenCase golden) {
        List<String> turns = new ArrayList<>();
        golden.json().path("turns").forEach(turn -> turns.add(turn.textValue()));
        List<Turn> history = new ArrayList<>();
        for (int i = 0; i < turns.size() - 1; i++) {
            Turn.Role role = i % 2 == 0 ? Turn.Role.USER : Turn.Role.ASSISTANT;
            history.add(new Turn(role, turns.get(i)));
        }
        return new GenerationRequest(
                golden.name(),
                golden.images().stream()
                        .map(image -> EncodedImage.of(bytes(Reference.path(image))))
                        .toList(),
                history,
                turns.get(turns.size() - 1),
                new AnswerFormat.Free(),
                SamplingParams.greedy().withMaxNewTokens(NEW_TOKENS),
                GenerationRequest.INTERACTIVE,
                Instant.MAX,
                Optional.empty());
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
