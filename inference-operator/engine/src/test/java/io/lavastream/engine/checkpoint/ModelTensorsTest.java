package io.lavastream.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.ReferenceFiles;
import io.lavastream.engine.checkpoint.LlavaConfig.FeatureSelection;
import io.lavastream.engine.checkpoint.LlavaConfig.Projector;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The lists of the public checkpoints' tensors. */
class ModelTensorsTest {
    @ParameterizedTest
    @CsvSource({"7b, 4096, 11008, 32", "13b, 5120, 13824, 40"})
    void namesOfTheOriginalLayoutAreThePublishedOnes(
            String name, int hidden, int intermediate, int layers) throws IOException {
        List<String> published = rows("llava-1.5-%s-orig.tsv".formatted(name));

        assertThat(
                        ModelTensors.original(config(hidden, intermediate, layers)).stream()
                                .map(ModelTensorsTest::row))
                .containsExactlyElementsOf(published);
    }

    @ParameterizedTest
    @CsvSource("clip-vit-large-patch14-336-vision.tsv")
    void namesOfAClipDirectoryAreThePublishedOnes(String list) throws IOException {
        assertThat(ModelTensors.clip(config(4096, 11008, 32)).stream().map(ModelTensorsTest::row))
                .containsExactlyElementsOf(rows(list));
    }

    /** Name and shape: the original layout has two types, and the lists are of one model each. */
    private static List<String> rows(String list) throws IOException {
        return Files.readAllLines(ReferenceFiles.reference("weights/" + list)).stream()
                .map(row -> row.substring(0, row.lastIndexOf('\t')))
                .toList();
    }

    private static String row(TensorShape tensor) {
        List<String> shape = tensor.shape().stream().map(String::valueOf).toList();
        return "%s\t%s".formatted(tensor.name(), String.join("x", shape));
    }

    private static LlavaConfig config(int hidden, int intermediate, int layers) {
        return new LlavaConfig(
                Layout.ORIGINAL,
                ClipVisionConfigReader.published("clip-vit-large-patch14-336").orElseThrow(),
                new LlamaConfig(
                        32_000,
                        hidden,
                        intermediate,
                        layers,
                        hidden / 128,
                        hidden / 128,
                        128,
                        4096,
                        1e-5f,
                        10_000),
                Projector.MLP2X_GELU,
                23,
                FeatureSelection.PATCHES,
                ImageSettings.CROP,
                OptionalInt.empty(),
                OptionalInt.empty(),
                List.of(2),
                OptionalInt.empty(),
                false);
    }
}
