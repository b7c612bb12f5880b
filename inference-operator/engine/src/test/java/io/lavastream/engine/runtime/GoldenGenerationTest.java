package io.lavastream.engine.runtime;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.AnswerFormat;
import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.FinishReason;
import io.lavastream.engine.GenerationListener;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.GenerationResult;
import io.lavastream.engine.GenerationResult.ChoiceProbability;
import io.lavastream.engine.InferenceEngine;
import io.lavastream.engine.SamplingParams;
import io.lavastream.engine.Turn;
import io.lavastream.engine.fidelity.GoldenCase;
import io.lavastream.engine.reference.Reference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How answers grow and end, through the whole engine, held against the reference. */
@Timeout(600)
class GoldenGenerationTest {
    private static final String MODEL = "tiny-llava-1.5";
    private static final double TOLERANCE = 3e-4;
    private static final SamplingParams GREEDY =
            SamplingParams.greedy().withMaxNewTokens(32).withTopLogProbabilities(3);

    @TempDir private Path directory;

    @Test
    void logProbabilitiesOfGreedyTokensAreTheReferences() {
        GoldenCheckpoint.link(directory, MODEL, Map.of());
        List<GoldenCase> goldens =
                Reference.cases(MODEL).stream()
                        // The engine places images itself; a marker in a question's text is text.
                        .filter(golden -> !turns(golden).get(0).contains("<image>"))
                        .toList();
        double worst = 0;
        for (List<GoldenCase> alike :
                goldens.stream()
                        .collect(groupingBy(golden -> template(golden) + golden.preprocess()))
                        .values()) {
            try (InferenceEngine engine = LlavaEngine.open(config(alike.get(0), 1_300))) {
                for (GoldenCase golden : alike) {
                    GenerationResult result = answer(engine, golden, GREEDY);
                    assertThat(tokens(result)).containsExactly(golden.greedyTokens());
                    worst = Math.max(worst, worstDifference(result, golden));
                }
            }
        }
        System.out.printf(
                "log-probabilities: %d cases of %s, worst difference %.1e%n",
                goldens.size(), MODEL, worst);
        assertThat(goldens).hasSizeGreaterThanOrEqualTo(10);
        assertThat(worst).isLessThan(TOLERANCE);
    }

    @ParameterizedTest
    @CsvSource({"tiny-llava-1.5, c02_photo_pad", "tiny-llava-gqa, c01_photo_crop"})
    void endsAtAnyEndOfSequenceOfTheCheckpoint(String model, String name) {
        GoldenCase golden = Reference.golden(model, name);
        int end = golden.json().path("stop_test").path("eos_token_id").intValue();
        String listed = "{\"bos_token_id\": 1, \"eos_token_id\": [2, %d]}".formatted(end);
        GoldenCheckpoint.link(directory, model, Map.of("generation_config.json", listed));

        try (InferenceEngine engine = LlavaEngine.open(config(golden, 700))) {
            GenerationResult result = answer(engine, golden, GREEDY);

            assertThat(result.finishReason()).isEqualTo(FinishReason.END_OF_SEQUENCE);
            assertThat(tokens(result))
                    .containsExactly(
                            IntStream.range(
                                            0,
                                            golden.json().path("stop_test").path("tokens").size())
                                    .map(
                                            i ->
                                                    golden.json()
                                                            .path("stop_test")
                                                            .path("tokens")
                                                            .path(i)
                                                            .intValue())
                                    .toArray());
        }
    }

    @Test
    void inheritsNoSamplingFromTheCheckpoint() {
        GoldenCase golden = Reference.golden(MODEL, "c03_text_only");
        String warm =
                """
                {"do_sample": true, "temperature": 0.9, "top_p": 0.6, "top_k": 50,
                 "repetition_penalty": 1.3, "max_new_tokens": 3, "eos_token_id": 2}
                """;
        GoldenCheckpoint.link(directory, MODEL, Map.of("generation_config.json", warm));

        try (InferenceEngine engine = LlavaEngine.open(config(golden, 200))) {
            GenerationResult result = answer(engine, golden, GREEDY);

            assertThat(tokens(result)).containsExactly(golden.greedyTokens());
            assertThat(result.seed()).isZero();
        }
    }

    @Test
    void anAnswerShrinksToTheRoomLeft() {
        GoldenCase golden = Reference.golden(MODEL, "c03_text_only");
        GoldenCheckpoint.link(directory, MODEL, Map.of());
        int room = 5;

        try (InferenceEngine engine =
                LlavaEngine.open(config(golden, golden.sequenceLength() + room))) {
            GenerationResult result = answer(engine, golden, GREEDY);

            assertThat(result.finishReason()).isEqualTo(FinishReason.LENGTH);
            assertThat(tokens(result)).hasSize(room);
        }
    }

    @Test
    void saysOnlyWhatAFormatPermits() {
        GoldenCase golden = Reference.golden(MODEL, "c03_text_only");
        GoldenCheckpoint.link(directory, MODEL, Map.of());

        try (InferenceEngine engine = LlavaEngine.open(config(golden, 200))) {
            GenerationResult free = answer(engine, golden, GREEDY, new AnswerFormat.YesNo());
            GenerationResult bound = answer(engine, golden, GREEDY, new AnswerFormat.YesNo(true));

            assertThat(bound.text()).isIn("Yes", "yes", "YES", "No", "no", "NO");
            assertThat(bound.finishReason()).isEqualTo(FinishReason.END_OF_SEQUENCE);
            for (GenerationResult result : List.of(free, bound)) {
                assertThat(result.choices())
                        .extracting(ChoiceProbability::answer)
                        .containsExactly("Yes", "No");
                assertThat(
                                result.choices().stream()
                                        .mapToDouble(ChoiceProbability::probability)
                                        .sum())
                        .isBetween(1 - 1e-9, 1 + 1e-9);
            }
            // A whole sequence is at most as probable as the token it begins with.
            assertThat(bound.outside().getAsDouble())
                    .isGreaterThanOrEqualTo(free.outside().getAsDouble() - 1e-6)
                    .isLessThan(1);
        }
    }

    private EngineConfig config(GoldenCase golden, int slotLength) {
        return EngineConfig.defaults(directory)
                .withTemplate(template(golden))
                .withImageMode(golden.preprocess())
                .withSlots(2)
                .withSlotLength(slotLength);
    }

    private static GenerationResult answer(
            InferenceEngine engine, GoldenCase golden, SamplingParams sampling) {
        return answer(engine, golden, sampling, new AnswerFormat.Free());
    }

    private static GenerationResult answer(
            InferenceEngine engine,
            GoldenCase golden,
            SamplingParams sampling,
            AnswerFormat format) {
        List<String> turns = turns(golden);
        List<Turn> history = new ArrayList<>();
        for (int i = 0; i < turns.size() - 1; i++) {
            Turn.Role role = i % 2 == 0 ? Turn.Role.USER : Turn.Role.ASSISTANT;
            history.add(new Turn(role, turns.get(i)));
        }
        GenerationRequest request =
                new GenerationRequest(
                        golden.name(),
                        golden.images().stream()
                                .map(image -> EncodedImage.of(bytes(Reference.path(image))))
                                .toList(),
                        history,
                        turns.get(turns.size() - 1),
                        format,
                        sampling,
                        GenerationRequest.INTERACTIVE,
                        Instant.MAX,
                        Optional.empty());
        return engine.submit(request, GenerationListener.NONE).result().join();
    }

    private static double worstDifference(GenerationResult result, GoldenCase golden) {
        double worst = 0;
        for (int i = 0; i < result.logProbabilities().size(); i++) {
            double found = result.logProbabilities().get(i).chosen().logProbability();
            double expected = golden.json().path("greedy_logprobs").path(i).doubleValue();
            worst = Math.max(worst, Math.abs(found - expected));
            assertThat(result.logProbabilities().get(i).top().get(0).id())
                    .isEqualTo(golden.greedyTokens()[i]);
        }
        return worst;
    }

    private static int[] tokens(GenerationResult result) {
        return result.logProbabilities().stream().mapToInt(token -> token.chosen().id()).toArray();
    }

    private static String template(GoldenCase golden) {
        return golden.json().path("conv_template").textValue();
    }

    private static List<String> turns(GoldenCase golden) {
        List<String> turns = new ArrayList<>();
        golden.json().path("turns").forEach(turn -> turns.add(turn.textValue()));
        return turns;
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
