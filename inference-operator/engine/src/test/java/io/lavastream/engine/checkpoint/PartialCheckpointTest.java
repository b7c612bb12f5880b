package io.lavastream.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lavastream.engine.CheckpointException;
import io.lavastream.engine.CheckpointSource;
import io.lavastream.engine.checkpoint.SafetensorsWriter.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Projectors and LoRA adapters, merged over a base model. */
class PartialCheckpointTest {
    private static final int RANK = 3;
    private static final String QUERY = "model.layers.1.self_attn.q_proj";
    private static final String DOWN = "model.layers.0.mlp.down_proj";
    private static final String WRAPPED = "base_model.model.";

    @TempDir Path models;

    private final OriginalCheckpoint original = new OriginalCheckpoint(new TinyCheckpoint(1));
    private final OriginalCheckpoint trained = new OriginalCheckpoint(new TinyCheckpoint(2));
    private final Map<String, Tensor> adapter = new LinkedHashMap<>();
    private final ObjectNode adapterConfig = JsonNodeFactory.instance.objectNode();

    @BeforeEach
    void writeBaseAndTower() {
        original.writeTower(models.resolve("tower"));
        ObjectNode llama = original.config();
        original.tensors().keySet().removeIf(name -> name.contains("mm_projector"));
        llama.put("model_type", "llama");
        llama.remove(List.of("mm_vision_tower", "mm_projector_type", "mm_hidden_size"));
        original.write(models.resolve("base"));
        trained.writeConfig(models.resolve("llava"));
        adapterConfig
                .put("peft_type", "LORA")
                .put("r", RANK)
                .put("lora_alpha", 7)
                .put("lora_dropout", 0.05)
                .put("bias", "none")
                .put("fan_in_fan_out", false)
                .put("base_model_name_or_path", "lmsys/vicuna-7b-v1.5")
                .putNull("modules_to_save");
        adapterConfig.putArray("target_modules").add("q_proj").add("down_proj");
        Random random = new Random(3);
        addPair(random, QUERY, 24, 24);
        addPair(random, DOWN, 24, 64);
    }

    @Test
    void aProjectorIsMergedOverItsBase() {
        writeProjector(models.resolve("llava"), "");

        try (Checkpoint checkpoint = open()) {
            assertThat(values(checkpoint, "multi_modal_projector.linear_2.weight"))
                    .containsExactly(trained.tensors().get("model.mm_projector.2.weight").values());
            assertThat(values(checkpoint, "language_model.lm_head.weight"))
                    .containsExactly(original.tensors().get("lm_head.weight").values());
            assertThat(checkpoint.tokenizerDirectory()).isEqualTo(models.resolve("base"));
        }
    }

    @Test
    void aProjectorAloneNeedsABase() {
        writeProjector(models.resolve("llava"), "");

        assertThatThrownBy(() -> Checkpoint.open(models.resolve("llava")).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageEndingWith(
                        "llava: a projector alone (expected: a whole model, or --base DIR)");
    }

    @Test
    void aProjectorBesideWholeWeightsIsIgnored() {
        OriginalCheckpoint whole = new OriginalCheckpoint(new TinyCheckpoint(3));
        whole.write(models.resolve("llava"));
        writeProjector(models.resolve("llava"), "");

        try (Checkpoint checkpoint = Checkpoint.open(models.resolve("llava"))) {
            assertThat(values(checkpoint, "multi_modal_projector.linear_2.weight"))
                    .containsExactly(whole.tensors().get("model.mm_projector.2.weight").values());
        }
    }

    @Test
    void aWholeModelTakesNoBase() {
        trained.write(models.resolve("llava"));

        assertRefused("for a whole model (expected: no base, or a model without weights)");
    }

    /** Versions of the libraries put different prefixes before what was trained whole. */
    @ParameterizedTest
    @ValueSource(strings = {"base_model.model.", "base_model.", "model.", ""})
    void loraIsAddedToTheBase(String prefix) {
        writeAdapter();
        writeNonLora(prefix);

        try (Checkpoint checkpoint = open()) {
            assertMerged(checkpoint, QUERY, 24, 24);
            assertMerged(checkpoint, DOWN, 24, 64);
            assertThat(values(checkpoint, "language_model.model.layers.0.self_attn.q_proj.weight"))
                    .containsExactly(
                            original.tensors()
                                    .get("model.layers.0.self_attn.q_proj.weight")
                                    .values());
            assertThat(values(checkpoint, "multi_modal_projector.linear_1.bias"))
                    .containsExactly(trained.tensors().get("model.mm_projector.0.bias").values());
        }
    }

    /** Pieces of a large matrix end inside rows; every one gets its own part of the product. */
    @Test
    void loraIsAddedToAMatrixOfManyPieces() throws IOException {
        int rows = 700;
        int columns = 801;
        Random random = new Random(4);
        Tensor w = random(random, rows, columns);
        Tensor a = random(random, RANK, columns);
        Tensor b = random(random, rows, RANK);
        Path file = models.resolve("matrices.bin");
        TorchWriter.write(file, Map.of("w", w, "a", a, "b", b));

        try (WeightFiles files = new WeightFiles()) {
            Map<String, TensorSource> tensors = files.tensors(file);
            LoraConfig config = new LoraConfig(RANK, 7, List.of("w"));
            float[] merged = new float[rows * columns];
            LoraTensor.of(tensors.get("w"), tensors.get("a"), tensors.get("b"), config)
                    .read(
                            (offset, values, count) ->
                                    System.arraycopy(values, 0, merged, (int) offset, count));

            assertSum(merged, w, a, b, rows, columns);
        }
    }

    @Test
    void anAdapterMayBeSafetensorsAndNameItself() {
        Map<String, Tensor> named = new LinkedHashMap<>();
        adapter.forEach(
                (name, tensor) -> named.put(name.replace(".weight", ".default.weight"), tensor));
        TinyCheckpoint.writeText(
                models.resolve("llava/adapter_config.json"), adapterConfig.toString());
        SafetensorsWriter.write(models.resolve("llava/adapter_model.safetensors"), named);
        writeNonLora("");

        try (Checkpoint checkpoint = open()) {
            assertMerged(checkpoint, QUERY, 24, 24);
        }
    }

    @Test
    void anAdapterAloneNeedsABase() {
        writeAdapter();

        assertThatThrownBy(() -> Checkpoint.open(models.resolve("llava")).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageEndingWith(
                        "llava: a LoRA adapter alone (expected: a whole model, or --base DIR)");
    }

    @Test
    void anAdapterBesideWholeWeightsIsRefused() {
        trained.write(models.resolve("llava"));
        writeAdapter();

        assertRefused("adapter_config.json beside the weights of a whole model");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "use_rslora | true",
                "use_dora | true",
                "fan_in_fan_out | true",
                "lora_bias | true",
                "bias | 'all'",
                "peft_type | 'IA3'",
                "rank_pattern | {'q_proj': 4}",
                "alpha_pattern | {'q_proj': 4}",
                "modules_to_save | ['lm_head']",
                "layers_to_transform | [1]",
                "layer_replication | [[0, 2]]",
                "init_lora_weights | 'pissa'",
                "target_modules | 'all-linear'",
                "target_modules | []",
                "target_modules | [1]",
                "a_key_of_the_future | 2",
                "r | 0",
                "r | null",
                "lora_alpha | -1",
            },
            quoteCharacter = '~')
    void stopsAtAnAdapterThatMergesInAnotherWay(String key, String value) throws IOException {
        adapterConfig.set(key, JsonMapper.builder().build().readTree(value.replace('\'', '"')));
        writeAdapter();

        assertRefused("adapter_config.json: " + key + ": ");
    }

    @Test
    void stopsAtTensorsThatAreNoPairsOfTheTargets() {
        String half = WRAPPED + QUERY + ".lora_B.weight";
        Tensor b = adapter.remove(half);
        writeAdapter();
        assertRefused("module " + QUERY + ": one half of a pair (expected: lora_A and lora_B)");

        adapter.put(half, new Tensor(List.of(24L, 4L), new float[96]));
        writeAdapter();
        assertRefused("tensor " + half + ": shape [24, 4] (expected: [24, 3] by adapter_config");

        adapter.put(half, b);
        adapter.put(WRAPPED + "model.layers.0.mlp.up_proj.lora_A.weight", b);
        writeAdapter();
        assertRefused("module model.layers.0.mlp.up_proj (expected: one of target_modules)");

        adapter.keySet().removeIf(name -> name.contains("up_proj"));
        adapter.put(WRAPPED + QUERY + ".lora_magnitude_vector", b);
        writeAdapter();
        assertRefused("lora_magnitude_vector: another name (expected: base_model.model.MODULE");

        adapter.clear();
        writeAdapter();
        assertRefused("no tensors (expected: lora_A and lora_B of target_modules)");
    }

    @Test
    void stopsAtAnAdapterForAModuleThatTheBaseHasNot() {
        addPair(new Random(3), "model.layers.7.self_attn.q_proj", 24, 24);
        writeAdapter();

        assertRefused(
                "no weight model.layers.7.self_attn.q_proj.weight (expected: one in the base");
    }

    @Test
    void stopsAtAnAdapterWithoutItsFile() {
        TinyCheckpoint.writeText(
                models.resolve("llava/adapter_config.json"), adapterConfig.toString());

        assertRefused("no adapter (expected: adapter_model.safetensors or adapter_model.bin)");
    }

    @Test
    void stopsAtABaseThatComputesOtherwise() {
        writeProjector(models.resolve("llava"), "");
        original.config().put("num_attention_heads", 2).put("num_key_value_heads", 1);
        original.writeConfig(models.resolve("base"));
        assertRefused("base: LlamaConfig[");

        original.config().putObject("quantization_config").put("bits", 4);
        original.writeConfig(models.resolve("base"));
        assertRefused("quantization_config: {\"bits\":4} (expected: null: not implemented)");
    }

    @Test
    void revisionTellsBasesApart() throws IOException {
        writeProjector(models.resolve("llava"), "");
        String first = revision();

        Files.writeString(models.resolve("base/tokenizer.json"), "{}");

        assertThat(revision()).isNotEqualTo(first);
    }

    private void assertMerged(Checkpoint checkpoint, String module, int out, int in) {
        assertSum(
                values(
                        checkpoint,
                        module.replaceFirst("model", "language_model.model") + ".weight"),
                original.tensors().get(module + ".weight"),
                adapter.get(WRAPPED + module + ".lora_A.weight"),
                adapter.get(WRAPPED + module + ".lora_B.weight"),
                out,
                in);
    }

    /** W + alpha / r * B * A, in double; the merged weight is rounded to float once. */
    private static void assertSum(float[] found, Tensor w, Tensor a, Tensor b, int out, int in) {
        for (int row = 0; row < out; row++) {
            for (int column = 0; column < in; column++) {
                double product = 0;
                for (int k = 0; k < RANK; k++) {
                    product += (double) b.values()[row * RANK + k] * a.values()[k * in + column];
                }
                double expected = w.values()[row * in + column] + 7.0 / RANK * product;
                assertThat((double) found[row * in + column])
                        .isCloseTo(expected, within((double) Math.ulp((float) expected)));
            }
        }
    }

    private void addPair(Random random, String module, int out, int in) {
        adapter.put(WRAPPED + module + ".lora_A.weight", random(random, RANK, in));
        adapter.put(WRAPPED + module + ".lora_B.weight", random(random, out, RANK));
    }

    private static Tensor random(Random random, int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return new Tensor(List.of((long) rows, (long) columns), values);
    }

    private void writeAdapter() {
        TinyCheckpoint.writeText(
                models.resolve("llava/adapter_config.json"), adapterConfig.toString());
        TorchWriter.write(models.resolve("llava/adapter_model.bin"), adapter);
    }

    private void writeNonLora(String prefix) {
        TorchWriter.write(models.resolve("llava/non_lora_trainables.bin"), projector(prefix));
    }

    private void writeProjector(Path directory, String prefix) {
        TorchWriter.write(directory.resolve("mm_projector.bin"), projector(prefix));
    }

    private Map<String, Tensor> projector(String prefix) {
        Map<String, Tensor> projector = new LinkedHashMap<>();
        trained.tensors()
                .forEach(
                        (name, tensor) -> {
                            if (name.contains("mm_projector")) {
                                projector.put(prefix + name, tensor);
                            }
                        });
        return projector;
    }

    private String revision() {
        try (Checkpoint checkpoint = open()) {
            return checkpoint.revision();
        }
    }

    private Checkpoint open() {
        return Checkpoint.open(
                new CheckpointSource(
                        models.resolve("llava"),
                        Optional.empty(),
                        Optional.of(models.resolve("base"))));
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> open().close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    }

    private static float[] values(Checkpoint checkpoint, String tensor) {
        List<float[]> pieces = new ArrayList<>();
        checkpoint.read(
                tensor,
                (offset, values, count) -> {
                    assertThat(offset).isZero();
                    pieces.add(Arrays.copyOf(values, count));
                });
        return pieces.get(0);
    }
}
