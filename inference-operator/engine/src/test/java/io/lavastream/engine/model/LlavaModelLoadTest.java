package io.lavastream.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.engine.CheckpointException;
import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.checkpoint.SafetensorsWriter.Tensor;
import io.lavastream.engine.checkpoint.TinyCheckpoint;
import io.lavastream.engine.image.PixelValues;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of a checkpoint is loaded, under which names, and what is refused. */
class LlavaModelLoadTest {
    private static final ModelSettings SETTINGS = new ModelSettings(1, 32, 32, 8, 1);
    private static final PromptChunk PROMPT =
            new PromptChunk(new int[] {1, 2, 3}, new int[] {-1, -1, -1}, new float[0]);

    @TempDir Path directory;

    private final TinyCheckpoint tiny = new TinyCheckpoint(1);

    @Test
    void readsTheNamesOfNewerLibraries() {
        float[] published = logits();
        Map<String, Tensor> tensors = new LinkedHashMap<>(tiny.tensors());
        tiny.tensors().clear();
        tensors.forEach(
                (name, tensor) ->
                        tiny.tensors()
                                .put(
                                        name.replace(
                                                        "language_model.model.",
                                                        "model.language_model.")
                                                .replace("language_model.lm_head", "lm_head")
                                                .replace("vision_tower", "model.vision_tower")
                                                .replace("multi_modal", "model.multi_modal"),
                                        tensor));

        assertThat(logits()).containsExactly(published);
    }

    @Test
    void tiedEmbeddingsAreTheOutputMatrix() {
        tiny.tensors()
                .put(
                        "language_model.lm_head.weight",
                        tiny.tensors().get("language_model.model.embed_tokens.weight"));
        float[] explicit = logits();
        tiny.tensors().remove("language_model.lm_head.weight");
        tiny.config().put("tie_word_embeddings", true);

        assertThat(logits()).usingComparatorWithPrecision(1e-4f).containsExactly(explicit);
    }

    @Test
    void layersAboveTheSelectedStateAreNotNeeded() {
        tiny.tensors().keySet().removeIf(name -> name.contains("encoder.layers.2"));

        assertThat(features()).hasSize(4 * TinyCheckpoint.HIDDEN);
    }

    @Test
    void theClassTokenIsARowMoreAndTheFirst() {
        float[] patches = features();
        tiny.config().put("vision_feature_select_strategy", "full");

        float[] all = features();

        assertThat(all).hasSize(5 * TinyCheckpoint.HIDDEN).endsWith(patches);
    }

    @Test
    void aLinearProjectorIsItsOneLayer() {
        float[] twoLayers = features();
        tiny.tensors().keySet().removeIf(name -> name.contains("linear_2"));
        tiny.config().put("mm_projector_type", "linear");

        assertThat(features()).hasSameSizeAs(twoLayers).isNotEqualTo(twoLayers);
    }

    @Test
    void theVisionActivationIsTheConfigs() {
        float[] quickGelu = features();
        tiny.visionConfig().put("hidden_act", "gelu");

        assertThat(features()).isNotEqualTo(quickGelu);
    }

    @Test
    void tellsHowFarTheLoadIs() {
        List<Long> loaded = new ArrayList<>();
        List<Long> totals = new ArrayList<>();

        load((bytes, total) -> {
                    loaded.add(bytes);
                    totals.add(total);
                })
                .close();

        assertThat(loaded).isSorted().hasSizeGreaterThan(20);
        assertThat(totals).containsOnly(loaded.get(loaded.size() - 1));
    }

    @Test
    void namesATensorThatIsMissing() {
        tiny.tensors().remove("language_model.model.layers.1.mlp.up_proj.weight");

        assertRefused("tensor language_model.model.layers.1.mlp.up_proj.weight: missing");
    }

    @Test
    void namesATensorThatDoesNotFitTheConfig() {
        tiny.textConfig().put("intermediate_size", 65);

        assertRefused(
                "model.safetensors: tensor language_model.model.layers.0.mlp.gate_proj.weight:"
                        + " shape [64, 24] (expected: [65, 24] from config.json)");
    }

    @Test
    void refusesASlotLongerThanTheModelsPositions() {
        tiny.textConfig().put("max_position_embeddings", 31);

        assertThatThrownBy(() -> load(LoadProgress.NONE).close())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "slot-length: 32 (expected: at most max_position_embeddings 31");
    }

    private float[] logits() {
        try (LlavaModel model = load(LoadProgress.NONE)) {
            return model.prefill(0, 0, PROMPT);
        }
    }

    private float[] features() {
        int side = TinyCheckpoint.IMAGE_SIZE;
        float[] values = new float[3 * side * side];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i);
        }
        try (LlavaModel model = load(LoadProgress.NONE)) {
            return model.encodeImage(new PixelValues(side, values));
        }
    }

    private LlavaModel load(LoadProgress progress) {
        try (Checkpoint checkpoint = Checkpoint.open(tiny.write(directory))) {
            return LlavaModel.open(checkpoint, SETTINGS, new BitSet(), progress);
        }
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> load(LoadProgress.NONE).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    }
}
