package io.lavastream.engine.checkpoint.synthetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lavastream.engine.ReferenceFiles;
import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.ImageSettings;
import io.lavastream.engine.checkpoint.Layout;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.checkpoint.ModelTensors;
import io.lavastream.engine.checkpoint.TensorShape;
import io.lavastream.engine.checkpoint.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
        new SyntheticCheckpoint(
                        Layout.HUGGING_FACE, ModelShape.TINY, TensorType.F16, OptionalInt.of(1), 1)
                .write(directory.resolve("model"), LoadProgress.NONE);

        try (Checkpoint checkpoint = Checkpoint.open(directory.resolve("model"))) {
            assertThat(checkpoint.config().text().layers()).isEqualTo(1);
            assertThat(checkpoint.contains("language_model.model.layers.1.mlp.up_proj.weight"))
                    .isFalse();
        }
    }

    @Test
    void shardsHoldEveryTensorOnce() {
        List<SyntheticTensor> tensors =
                tiny(TensorType.F16, 1).tensors().stream()
                        .map(tensor -> SyntheticTensor.of(tensor, tensor.name(), TensorType.F16))
                        .toList();

        List<List<SyntheticTensor>> shards = WeightSet.cut(tensors, 2_000_000);

        assertThat(shards).hasSizeGreaterThan(3);
        assertThat(shards.stream().flatMap(List::stream)).containsExactlyElementsOf(tensors);
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16", "F32"})
    void theOriginalLayoutOpensWithItsTowerBesideIt(TensorType type) {
        tiny(Layout.ORIGINAL, type, 1).write(directory.resolve("model"), LoadProgress.NONE);

        assertThat(directory.resolve("clip-vit-tiny-patch14-336/pytorch_model.bin")).exists();
        try (Checkpoint checkpoint = Checkpoint.open(directory.resolve("model"))) {
            for (TensorShape tensor : ModelTensors.huggingFace(checkpoint.config())) {
                checkpoint.requireShape(tensor.name(), tensor.shape());
                assertThat(checkpoint.type(tensor.name()))
                        .isEqualTo(
                                tensor.name().startsWith("vision_tower.") ? TensorType.F32 : type);
            }
            assertThat(checkpoint.config().layout()).isEqualTo(Layout.ORIGINAL);
            assertThat(checkpoint.config().images().aspect()).isEqualTo(ImageSettings.Aspect.PAD);
            assertThat(checkpoint.visionTower()).endsWith("(named by mm_vision_tower)");
        }
    }

    @Test
    void bothLayoutsOfASeedAreOneModel() {
        tiny(Layout.ORIGINAL, TensorType.F32, 3)
                .write(directory.resolve("original"), LoadProgress.NONE);
        tiny(Layout.HUGGING_FACE, TensorType.F32, 3)
                .write(directory.resolve("hf"), LoadProgress.NONE);

        try (Checkpoint original = Checkpoint.open(directory.resolve("original"));
                Checkpoint huggingFace = Checkpoint.open(directory.resolve("hf"))) {
            for (TensorShape tensor : ModelTensors.huggingFace(original.config())) {
                // The vocabulary of the Hugging Face layout has further rows at its end.
                assertThat(values(huggingFace, tensor.name()))
                        .as(tensor.name())
                        .startsWith(values(original, tensor.name()));
            }
            assertThat(
                            values(
                                    original,
                                    "language_model.model.layers.2.self_attn.rotary_emb.inv_freq"))
                    .containsExactly(powers(10_000, 16));
        }
    }

    /** Checks every entry's checksum, too. */
    @Test
    void torchFilesAreWholeZipArchives() throws IOException {
        SyntheticCheckpoint tiny = tiny(Layout.ORIGINAL, TensorType.F16, 1);
        tiny.write(directory.resolve("model"), LoadProgress.NONE);

        List<String> names = new ArrayList<>();
        try (ZipInputStream zip =
                new ZipInputStream(
                        Files.newInputStream(directory.resolve("model/pytorch_model.bin")))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                zip.readAllBytes();
                names.add(entry.getName());
            }
        }

        assertThat(names)
                .hasSize(tiny.tensors().size() + 2)
                .startsWith("archive/data.pkl", "archive/data/0")
                .endsWith("archive/version");
    }

    @Test
    void tensorsInTorchFilesAreAligned() throws IOException {
        tiny(Layout.ORIGINAL, TensorType.F16, 1)
                .write(directory.resolve("model"), LoadProgress.NONE);
        ByteBuffer file =
                ByteBuffer.wrap(Files.readAllBytes(directory.resolve("model/pytorch_model.bin")))
                        .order(ByteOrder.LITTLE_ENDIAN);

        List<Integer> data = new ArrayList<>();
        int local = 0x04034b50;
        for (int header = 0; file.getInt(header) == local; ) {
            int begin = header + 30 + file.getShort(header + 26) + file.getShort(header + 28);
            data.add(begin);
            header = begin + file.getInt(header + 18);
        }

        assertThat(data).hasSize(39).allMatch(begin -> begin % 64 == 0);
    }

    @Test
    void aTowerThatIsThereIsLeftAsItIs() throws IOException {
        Path tower = Files.createDirectory(directory.resolve("clip-vit-tiny-patch14-336"));
        Files.writeString(tower.resolve("config.json"), "mine");

        tiny(Layout.ORIGINAL, TensorType.F16, 1)
                .write(directory.resolve("model"), LoadProgress.NONE);

        assertThat(tower.resolve("config.json")).hasContent("mine");
        assertThat(tower.resolve("pytorch_model.bin")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({"LLAVA_7B, 13518798848", "LLAVA_13B, 26094673920"})
    void theOriginalLayoutsNamesShapesTypesAndSizeAreThePublishedOnes(
            ModelShape shape, long totalSize) throws IOException {
        Path list =
                ReferenceFiles.reference("weights/llava-1.5-%s-orig.tsv".formatted(shape.label()));

        SyntheticCheckpoint model =
                new SyntheticCheckpoint(
                        Layout.ORIGINAL, shape, TensorType.F16, OptionalInt.empty(), 1);

        assertThat(
                        model.tensors().stream()
                                .map(
                                        tensor ->
                                                SyntheticTensor.of(
                                                        tensor, tensor.name(), TensorType.F16))
                                .map(SyntheticCheckpointTest::row))
                .containsExactlyElementsOf(Files.readAllLines(list));
        assertThat(model.bytes()).isEqualTo(totalSize);
    }

    @Test
    void theOriginalLayoutsFilesAreThoseOfTheReference() throws IOException {
        Path reference = ReferenceFiles.reference("models/tiny-llava-orig");
        SyntheticCheckpoint model =
                new SyntheticCheckpoint(
                        Layout.ORIGINAL,
                        ModelShape.LLAVA_7B,
                        TensorType.F16,
                        OptionalInt.empty(),
                        1);

        OriginalFiles.write(
                directory, model.config(), TensorType.F16, "openai/clip-vit-large-patch14-336");

        ObjectNode expected = (ObjectNode) ReferenceFiles.json(reference.resolve("config.json"));
        // Where the real weights came from, and the sizes: those of 7B.
        expected.remove("_name_or_path");
        expected.put("hidden_size", 4096)
                .put("intermediate_size", 11_008)
                .put("num_attention_heads", 32)
                .put("num_hidden_layers", 32)
                .put("num_key_value_heads", 32)
                .put("mm_hidden_size", 1024);
        assertThat(ReferenceFiles.json(directory.resolve("config.json"))).isEqualTo(expected);
        for (String name :
                List.of(
                        "generation_config.json",
                        "special_tokens_map.json",
                        "tokenizer_config.json")) {
            assertThat(ReferenceFiles.json(directory.resolve(name)))
                    .isEqualTo(ReferenceFiles.json(reference.resolve(name)));
        }
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
                new SyntheticCheckpoint(
                        Layout.HUGGING_FACE, shape, TensorType.F16, OptionalInt.empty(), 1);

        assertThat(model.tensors().stream().map(SyntheticCheckpointTest::row))
                .containsExactlyElementsOf(Files.readAllLines(list));
    }

    @Test
    void theFilesOf7bAreThePublishedOnes() {
        Path published = ReferenceFiles.reference("real-configs/llava-1.5-7b-hf");
        SyntheticCheckpoint model =
                new SyntheticCheckpoint(
                        Layout.HUGGING_FACE,
                        ModelShape.LLAVA_7B,
                        TensorType.F16,
                        OptionalInt.empty(),
                        1);
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

    private static String row(SyntheticTensor tensor) {
        List<String> shape = tensor.stored().shape().stream().map(String::valueOf).toList();
        return "%s\t%s\t%s".formatted(tensor.name(), String.join("x", shape), tensor.type());
    }

    private static float[] values(Checkpoint checkpoint, String tensor) {
        List<float[]> pieces = new ArrayList<>();
        int[] size = {0};
        checkpoint.read(
                tensor,
                (offset, values, count) -> {
                    pieces.add(Arrays.copyOf(values, count));
                    size[0] += count;
                });
        FloatBuffer all = FloatBuffer.allocate(size[0]);
        pieces.forEach(all::put);
        return all.array();
    }

    private static float[] powers(double base, int count) {
        float[] powers = new float[count];
        for (int i = 0; i < count; i++) {
            powers[i] = (float) Math.pow(base, -i / (double) count);
        }
        return powers;
    }

    private static String row(TensorShape tensor) {
        List<String> shape = tensor.shape().stream().map(String::valueOf).toList();
        return "%s\t%s\tF16".formatted(tensor.name(), String.join("x", shape));
    }

    private byte[] weights(String name) throws IOException {
        return Files.readAllBytes(directory.resolve(name).resolve("model.safetensors"));
    }

    private static SyntheticCheckpoint tiny(TensorType type, long seed) {
        return tiny(Layout.HUGGING_FACE, type, seed);
    }

    private static SyntheticCheckpoint tiny(Layout layout, TensorType type, long seed) {
        return new SyntheticCheckpoint(layout, ModelShape.TINY, type, OptionalInt.empty(), seed);
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
