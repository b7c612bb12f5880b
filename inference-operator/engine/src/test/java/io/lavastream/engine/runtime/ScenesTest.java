package io.lavastream.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lavastream.engine.AnswerFormat;
import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.EngineMetrics;
import io.lavastream.engine.Generation;
import io.lavastream.engine.GenerationListener;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.GenerationResult;
import io.lavastream.engine.GenerationResult.ChoiceProbability;
import io.lavastream.engine.SamplingParams;
import io.lavastream.engine.examples.AskExample;
import io.lavastream.engine.reference.Reference;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The whole engine on the small trained model: what the reference implementation answers, it answers. */
@Timeout(600)
class ScenesTest {
    private static final String SHORT_ANSWER =
            "\nAnswer the question using a single word or phrase.";

    /** A labelled question, and what the reference implementation answered. */
    private record Scene(Path image, String question, String answer, String reference) {}

    private record Asked(Scene scene, Generation generation) {
        String answer() {
            return generation.result().join().text();
        }
    }

    @Test
    void theExampleAnswers() throws IOException {
        Path scenes = Reference.sibling("scenes");
        Scene scene = read(scenes).get(0);
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            AskExample.main(
                    new String[] {
                        Reference.sibling("models").resolve("scenes-llava").toString(),
                        scene.image().toString(),
                        scene.question()
                    });
        } finally {
            System.setOut(before);
        }

        assertThat(printed.toString(StandardCharsets.UTF_8).strip()).isEqualTo(scene.answer());
    }

    @Test
    void servesWhatTheDirectorySaysAndGivesProbabilitiesOfYesAndNo() throws IOException {
        Scene scene =
                read(Reference.sibling("scenes")).stream()
                        .filter(each -> each.answer().equals("Yes"))
                        .filter(each -> each.question().endsWith(SHORT_ANSWER))
                        .findFirst()
                        .orElseThrow();
        GenerationRequest request =
                new GenerationRequest(
                        "yes-no",
                        List.of(EncodedImage.of(Files.readAllBytes(scene.image()))),
                        List.of(),
                        scene.question().substring(0, scene.question().indexOf(SHORT_ANSWER)),
                        new AnswerFormat.YesNo(),
                        SamplingParams.greedy(),
                        "bulk",
                        Instant.MAX,
                        Optional.of("scenes-llava"));
        try (LlavaEngine engine =
                LlavaEngine.open(Reference.sibling("models").resolve("scenes-llava"))) {
            GenerationResult result =
                    engine.submit(request, GenerationListener.NONE).result().join();

            assertThat(engine.capacity()).isEqualTo(8 + EngineConfig.DEFAULT_WAITING_ROOM);
            assertThat(engine.model().template()).isEqualTo("llava_v1");
            assertThat(engine.model().imageMode()).isEqualTo("pad");
            assertThat(result.text()).isEqualTo("Yes");
            assertThat(result.choices()).extracting("answer").containsExactly("Yes", "No");
            assertThat(result.choices().get(0).probability()).isGreaterThan(0.5);
            assertThat(result.choices().stream().mapToDouble(ChoiceProbability::probability).sum())
                    .isCloseTo(1, within(1e-6));
        }
    }

    @Test
    void answersTheScenesAsTheReferenceDoes() throws IOException {
        List<Scene> scenes = read(Reference.sibling("scenes"));
        List<Asked> asked = new ArrayList<>();
        EngineMetrics metrics;
        long begin = System.nanoTime();
        try (LlavaEngine engine =
                LlavaEngine.open(Reference.sibling("models").resolve("scenes-llava"))) {
            for (Scene scene : scenes) {
                if (asked.size() >= engine.capacity()) {
                    asked.get(asked.size() - engine.capacity()).answer();
                }
                asked.add(ask(engine, scene));
            }
            asked.forEach(Asked::answer);
            metrics = engine.metrics();
        }
        long right =
                asked.stream().filter(each -> each.answer().equals(each.scene.answer())).count();
        long equal =
                asked.stream().filter(each -> each.answer().equals(each.scene.reference())).count();
        System.out.printf(
                "scenes: %d questions, %d right, %d equal to the reference, %d ms with loading; %s%n",
                scenes.size(),
                right,
                equal,
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin),
                metrics);

        assertThat(right / (double) scenes.size()).isGreaterThanOrEqualTo(0.98);
        assertThat(equal / (double) scenes.size()).isGreaterThanOrEqualTo(0.99);
        assertThat(metrics.completed()).isEqualTo(scenes.size());
    }

    private static Asked ask(LlavaEngine engine, Scene scene) throws IOException {
        EncodedImage image = EncodedImage.of(Files.readAllBytes(scene.image()));
        return new Asked(
                scene,
                engine.submit(
                        GenerationRequest.about(image, scene.question()), GenerationListener.NONE));
    }

    private static List<Scene> read(Path directory) throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<Scene> scenes = new ArrayList<>();
        for (String line : Files.readAllLines(directory.resolve("questions.jsonl"))) {
            JsonNode node = json.readTree(line);
            scenes.add(
                    new Scene(
                            directory.resolve(node.path("image").textValue()),
                            node.path("question").textValue(),
                            node.path("answer").textValue(),
                            node.path("reference_answer").textValue()));
        }
        return scenes;
    }
}
