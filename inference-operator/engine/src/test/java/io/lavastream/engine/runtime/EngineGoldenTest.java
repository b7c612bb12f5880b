package io.lavastream.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.AnswerFormat;
import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.GenerationListener;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.GenerationResult;
import io.lavastream.engine.SamplingParams;
import io.lavastream.engine.reference.GoldenCase;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From files to text through the whole engine, held against the reference implementation's greedy answers. */
@Timeout(600)
class EngineGoldenTest {
    private static final String MODEL = "tiny-llava-1.5";

    @TempDir private Path directory;

    @Test
    void answersPhotosTogetherAsTheReferenceDoesOneByOne() {
        List<GoldenCase> goldens =
                List.of(
                        Reference.golden(MODEL, "c02_photo_pad"),
                        Reference.golden(MODEL, "c03_text_only"),
                        Reference.golden(MODEL, "c04_two_images"));
        EngineConfig config =
                EngineConfig.defaults(GoldenCheckpoint.link(directory, MODEL, Map.of()))
                        .withTemplate("vicuna_v1")
                        .withImageMode("pad")
                        .withSlotLength(1_300);
        List<String> pieces = new ArrayList<>();
        List<GenerationResult> results = new ArrayList<>();
        try (LlavaEngine engine = LlavaEngine.open(config)) {
            goldens.stream()
                    .map(golden -> request(golden, engine.model().name()))
                    .map(request -> engine.submit(request, GenerationListener.NONE))
                    .toList()
                    .forEach(generation -> results.add(generation.result().join()));
            engine.submit(request(goldens.get(0), engine.model().name()), pieces::add)
                    .result()
                    .join();
        }

        for (int i = 0; i < goldens.size(); i++) {
            String expected = goldens.get(i).json().path("greedy_text").textValue();
            assertThat(results.get(i).text()).as(goldens.get(i).name()).isEqualTo(expected.strip());
            assertThat(results.get(i).tokens().prompt()).isEqualTo(goldens.get(i).sequenceLength());
            assertThat(results.get(i).tokens().generated()).isEqualTo(32);
        }
        assertThat(String.join("", pieces).strip()).isEqualTo(results.get(0).text());
        System.out.printf("goldens: %d of %s equal in text%n", goldens.size(), MODEL);
    }

    private static GenerationRequest request(GoldenCase golden, String model) {
        List<EncodedImage> images =
                golden.images().stream()
                        .map(image -> EncodedImage.of(bytes(Reference.path(image))))
                        .toList();
        return new GenerationRequest(
                golden.name(),
                images,
                List.of(),
                golden.json().path("turns").path(0).textValue(),
                new AnswerFormat.Free(),
                SamplingParams.greedy().withMaxNewTokens(32),
                GenerationRequest.INTERACTIVE,
                Instant.MAX,
                Optional.of(model));
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
