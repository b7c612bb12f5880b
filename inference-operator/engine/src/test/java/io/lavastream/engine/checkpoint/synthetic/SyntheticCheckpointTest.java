package io.lavastream.engine.checkpoint.synthetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lavastream.engine.ReferenceFiles;
import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.checkpoint.TensorShape;
import io.lavastream.engine.checkpoint.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SyntheticCheckpointTest {
    private static final String EMBEDDING = "language_model.model.embed_tokens.weight";

    @TempDir Path directory;

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16", "F32"})
    void opensWithEveryTensorOfItsShape(TensorType type) {
        SyntheticCheckpoint tiny = tiny(type, 1);
        tiny.write(directory.resolve("model"), LoadProgress.NONE);

        try (Checkpoint checkpoint = Checkpoint.open(directory.resolve("model"))) {
            for (TensorShape tensor : tiny.tensors()) {
                assertThat(checkpoint.requireShape(tensor.name(), tensor.shape()))
                        .isEqualTo(tensor.elements() * type.bytes());
                assertThat(checkpoint.type(tensor.name())).isEqualTo(type);
            }
            assertThat(checkpoint.config().text().layers()).isEqualTo(3);
            assertThat(checkpoint.config().vision()).isEqualTo(ModelShape.TINY.vision());
        }
    }

    @Test
    void matricesKeepTheVarianceOfWhatTheyMultiply() {
        tiny(TensorType.F32, 1).write(directory.resolve("model"), LoadProgress.NONE);

        try (Checkpoint checkpoint = Checkpoint.open(directory.resolve("model"))) {
            double[] sums = sums(checkpoint, EMBEDDING);

            assertThat(sums[0] / sums[2]).isBetween(-1e-3, 1e-3);
            assertThat(sums[1] / sums[2] * 96).isBetween(0.99, 1.01);
            assertThat(mean(checkpoint, "language_model.model.norm.weight")).isBetween(0.9, 1.1);
            assertThat(mean(checkpoint, "multi_modal_projector.linear_1.bias"))
                    .isBetween(-0.1, 0.1);
        }
    }

    @Test
    void theSeedDecidesEveryValue() throws IOException {
        for (int i = 0; i < 2; i++) {
            tiny(TensorType.F16, 7).write(directory.resolve("same" + i), LoadProgress.NONE);
        }
        tiny(TensorType.F16, 8).write(directory.resolve("other"), LoadProgress.NONE);

        assertThat(weights("same0")).isEqualTo(weights("same1"));
        try (Checkpoint same = Checkpoint.open(directory.resolve("same0"));
                Checkpoint other = Checkpoint.open(directory.resolve("other"))) {
            assertThat(mean(same, EMBEDDING)).isNotEqualTo(mean(other, EMBEDDING));
        }
    }

    @Test
    void tellsHowFarTheWriteIs() {
        List<Long> written = new ArrayList<>();
        SyntheticCheckpoint tiny = tiny(TensorType.BF16, 1);

        tiny.write(
                directory.resolve("model"),
                (bytes, total) -> {
                    written.add(bytes);
                    assertThat(total).isEqualTo(tiny.bytes());
                });

        assertThat(written).isSorted().last().isEqualTo(tiny.bytes());
    }

    @Test
    void layersAreThoseAskedFor() {
        new SyntheticCheckpoint(ModelShape.TINY, TensorType.F16, OptionalInt.of(1), 1)
                .write(directory.resolve("model"), LoadProgress.NONE);

        try (Checkpoint checkpoint = Checkpoint.open(directory.resolve("model"))) {
            assertThat(checkpoint.config().text().layers()).isEqualTo(1);
            assertThat(checkpoint.contains("language_model.model.layers.1.mlp.up_proj.weight"))
                    .isFalse();
        }
    }

    @Test
    void shardsHoldEveryTensorOnce() {
        List<TensorShape> tensors = tiny(TensorType.F16, 1).tensors();

        List<SafetensorsShard> shards = SafetensorsShard.cut(tensors, TensorType.F16, 2_000_000);

        assertThat(shards).hasSizeGreaterThan(3);
        assertThat(shards.stream().flatMap(shard -> shard.tensors().stream()))
                .containsExactlyElementsOf(tensors);
    }

    @Test
    void refusesADirectoryWithFiles() throws IOException {
        Files.writeString(directory.resolve("notes.txt"), "mine");

        assertThatThrownBy(() -> tiny(TensorType.F16, 1).write(directory, LoadProgress.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(directory + ": not empty (expected: a new directory)");
    }

    @ParameterizedTest
    @EnumSource(names = {"LLAVA_7B", "LLAVA_13B"})
    void namesAndShapesAreThePublishedOnes(ModelShape shape) throws IOException {
        Path list =
                ReferenceFiles.reference("weights/llava-1.5-%s-hf.tsv".formatted(shape.label()));

        SyntheticCheckpoint model =
                new SyntheticCheckpoint(shape, TensorType.F16, OptionalInt.empty(), 1);

        assertThat(model.tensors().stream().map(SyntheticCheckpointTest::row))
                .containsExactlyElementsOf(Files.readAllLines(list));
    }

    @Test
    void theFilesOf7bAreThePublishedOnes() {
        Path published = ReferenceFiles.reference("real-configs/llava-1.5-7b-hf");
        SyntheticCheckpoint model =
                new SyntheticCheckpoint(
                        ModelShape.LLAVA_7B, TensorType.F16, OptionalInt.empty(), 1);
        try {
            HuggingFaceFiles.write(directory, model.config(), TensorType.F16);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }

        ObjectNode config = (ObjectNode) ReferenceFiles.json(published.resolve("config.json"));
        // Where the real weights came from, which these do not.
        ((ObjectNode) config.get("text_config")).remove("_name_or_path");
        assertThat(ReferenceFiles.json(directory.resolve("config.json"))).isEqualTo(config);
        for (String name :
                List.of(
                        "added_tokens.json",
                        "generation_config.json",
                        "preprocessor_config.json",
                        "processor_config.json",
                        "special_tokens_map.json",
                        "tokenizer_config.json")) {
            assertThat(ReferenceFiles.json(directory.resolve(name)))
                    .isEqualTo(ReferenceFiles.json(published.resolve(name)));
        }
    }

    private static String row(TensorShape tensor) {
        List<String> shape = tensor.shape().stream().map(String::valueOf).toList();
        return "%s\t%s\tF16".formatted(tensor.name(), String.join("x", shape));
    }

    private byte[] weights(String name) throws IOException {
        return Files.readAllBytes(directory.resolve(name).resolve("model.safetensors"));
    }

    private static SyntheticCheckpoint tiny(TensorType type, long seed) {
        return new SyntheticCheckpoint(ModelShape.TINY, type, OptionalInt.empty(), seed);
    }

    private static double mean(Checkpoint checkpoint, String tensor) {
        double[] sums = sums(checkpoint, tensor);
        return sums[0] / sums[2];
    }

    /** Of the values, of their squares, and of ones. */
    private static double[] sums(Checkpoint checkpoint, String tensor) {
        double[] sums = new double[3];
        checkpoint.read(
                tensor,
                (offset, values, count) -> {
                    for (int i = 0; i < count; i++) {
                        sums[0] += values[i];
                        sums[1] += (double) values[i] * values[i];
                    }
                    sums[2] += count;
                });
        return sums;
    }
}
