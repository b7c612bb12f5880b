package io.lavastream.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.engine.CheckpointException;
import io.lavastream.engine.checkpoint.SafetensorsWriter.Tensor;
import io.lavastream.engine.reference.Reference;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
    @TempDir Path directory;

    @Test
    void readsShardsByTheirIndex() {
        writeShards(
                """
                {"weight_map": {"lm_head.weight": "a.safetensors",
                 "model.language_model.norm.weight": "b.safetensors"}}
                """);

        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            assertThat(values(checkpoint, "language_model.lm_head.weight", 2))
                    .containsExactly(1, 2);
            assertThat(values(checkpoint, "language_model.model.norm.weight", 1))
                    .containsExactly(3);
        }
    }

    @Test
    void namesTheShardThatIsMissing() throws IOException {
        writeShards("{\"weight_map\": {\"lm_head.weight\": \"a.safetensors\"}}");
        Files.delete(directory.resolve("a.safetensors"));

        assertRefused("a.safetensors: missing (expected: a safetensors file)");
    }

    @Test
    void namesTheShardThatLacksATensorOfTheIndex() {
        writeShards("{\"weight_map\": {\"lm_head.weight\": \"b.safetensors\"}}");

        assertRefused("b.safetensors: tensor lm_head.weight: missing (expected: here, by model");
    }

    @Test
    void namesTheTensorThatATruncatedShardCutsOff() throws IOException {
        new TinyCheckpoint(1).write(directory);
        Path weights = directory.resolve("model.safetensors");
        try (FileChannel channel = FileChannel.open(weights, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() - 100);
        }

        assertRefused("tensor language_model.lm_head.weight: ends at data byte");
    }

    @Test
    void refusesAnIndexThatLeavesTheDirectory() {
        writeShards("{\"weight_map\": {\"lm_head.weight\": \"../a.safetensors\"}}");

        assertRefused("file: \"../a.safetensors\" (expected: the name of a file beside the index)");
    }

    @Test
    void refusesATensorUnderBothOfItsNames() {
        TinyCheckpoint tiny = new TinyCheckpoint(1);
        tiny.tensors().put("lm_head.weight", tiny.tensors().get("language_model.lm_head.weight"));
        tiny.write(directory);

        assertRefused("tensor lm_head.weight: the same as language_model.lm_head.weight");
    }

    @Test
    void refusesADirectoryWithoutWeights() {
        TinyCheckpoint.writeText(
                directory.resolve("config.json"), new TinyCheckpoint(1).config().toString());

        assertRefused(
                "no weights (expected: one of model.safetensors, model.safetensors.index.json, ");
    }

    @Test
    void refusesWhatIsNoDirectory() {
        assertThatThrownBy(() -> Checkpoint.open(directory.resolve("none")).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("none: missing (expected: a model directory)");
    }

    @Test
    void refusesAShapeThatConfigDoesNotSay() {
        new TinyCheckpoint(1).write(directory);

        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            assertThatThrownBy(
                            () ->
                                    checkpoint.requireShape(
                                            "language_model.model.norm.weight", List.of(25L)))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining(
                            "tensor language_model.model.norm.weight: shape [24]"
                                    + " (expected: [25] from config.json)");
        }
    }

    @Test
    void revisionChangesWithTheTokenizerAndWithTheWeightsShapesOnly() throws IOException {
        new TinyCheckpoint(1).write(directory);
        String first = revision();

        new TinyCheckpoint(1).write(directory);
        assertThat(revision()).isEqualTo(first).matches("[0-9a-f]{12}");

        Files.writeString(directory.resolve("tokenizer.json"), "{}");
        String withTokenizer = revision();
        assertThat(withTokenizer).isNotEqualTo(first);

        TinyCheckpoint other = new TinyCheckpoint(1);
        other.tensors().put("extra", new Tensor(List.of(1L), new float[1]));
        other.write(directory);
        assertThat(revision()).isNotEqualTo(withTokenizer);
    }

    @Test
    void opensTheReferenceModels() {
        for (String name :
                List.of(
                        "tiny-llava-1.5",
                        "tiny-llava-gqa",
                        "tiny-llava-orig",
                        "tiny-llava-v0",
                        "tiny-llava-hd")) {
            try (Checkpoint checkpoint = Checkpoint.open(Reference.path("models/" + name))) {
                assertThat(checkpoint.contains("language_model.lm_head.weight")).isTrue();
                assertThat(checkpoint.config().eosTokenIds()).containsExactly(2);
            }
        }
    }

    private String revision() {
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            return checkpoint.revision();
        }
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> Checkpoint.open(directory).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    }

    private void writeShards(String index) {
        TinyCheckpoint.writeText(
                directory.resolve("config.json"), new TinyCheckpoint(1).config().toString());
        TinyCheckpoint.writeText(directory.resolve("model.safetensors.index.json"), index);
        SafetensorsWriter.write(
                directory.resolve("a.safetensors"),
                Map.of("lm_head.weight", new Tensor(List.of(2L), new float[] {1, 2})));
        SafetensorsWriter.write(
                directory.resolve("b.safetensors"),
                Map.of(
                        "model.language_model.norm.weight",
                        new Tensor(List.of(1L), new float[] {3})));
    }

    private static float[] values(Checkpoint checkpoint, String tensor, int count) {
        float[] all = new float[count];
        checkpoint.read(
                tensor,
                (offset, values, length) -> System.arraycopy(values, 0, all, (int) offset, length));
        return all;
    }
}
