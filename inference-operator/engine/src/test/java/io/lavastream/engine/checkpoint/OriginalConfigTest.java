package io.lavastream.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lavastream.engine.CheckpointException;
import io.lavastream.engine.checkpoint.ImageSettings.Aspect;
import io.lavastream.engine.checkpoint.ImageSettings.Canvas;
import io.lavastream.engine.checkpoint.ImageSettings.PatchMerge;
import io.lavastream.engine.checkpoint.LlavaConfig.FeatureSelection;
import io.lavastream.engine.checkpoint.LlavaConfig.Projector;
import io.lavastream.engine.reference.Reference;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginalConfigTest {
    private static final ClipVisionConfig VISION =
            new ClipVisionConfig(
                    16, 32, 3, 2, 28, 14, ClipVisionConfig.Activation.QUICK_GELU, 1e-5f);

    @TempDir Path directory;

    private final OriginalCheckpoint original = new OriginalCheckpoint(new TinyCheckpoint(1));

    @Test
    void readsLlavaOneAndAHalf() {
        LlavaConfig config = reference("tiny-llava-orig");

        assertThat(config.layout()).isEqualTo(Layout.ORIGINAL);
        assertThat(config.text())
                .isEqualTo(new LlamaConfig(32_000, 32, 88, 3, 4, 4, 8, 4096, 1e-5f, 10_000));
        assertThat(config.vision().imageSize()).isEqualTo(336);
        assertThat(config.visionLayers()).isEqualTo(3);
        assertThat(config.projector()).isEqualTo(Projector.MLP2X_GELU);
        assertThat(config.features()).isEqualTo(FeatureSelection.PATCHES);
        assertThat(config.images().aspect()).isEqualTo(Aspect.PAD);
        assertThat(config.images().startEnd()).isFalse();
        assertThat(config.imageTokenId()).isEmpty();
        assertThat(config.padTokenId()).hasValue(0);
        assertThat(config.eosTokenIds()).containsExactly(2);
        assertThat(config.maxSequence()).isEmpty();
    }

    @Test
    void readsLlavaOne() {
        LlavaConfig config = reference("tiny-llava-v0");

        assertThat(config.text())
                .isEqualTo(new LlamaConfig(32_003, 24, 64, 3, 2, 2, 12, 2048, 1e-6f, 10_000));
        assertThat(config.imageTokens()).isEqualTo(256);
        assertThat(config.projector()).isEqualTo(Projector.LINEAR);
        assertThat(config.images().aspect()).isEqualTo(Aspect.CROP);
        assertThat(config.images().startEnd()).isTrue();
    }

    @Test
    void readsATiledModel() {
        LlavaConfig config = reference("tiny-llava-hd");

        assertThat(config.text().keyValueHeads()).isEqualTo(2);
        assertThat(config.images().aspect()).isEqualTo(Aspect.ANYRES);
        assertThat(config.images().merge()).isEqualTo(PatchMerge.SPATIAL_UNPAD);
        assertThat(config.images().gridPinpoints())
                .containsExactly(
                        new Canvas(336, 672),
                        new Canvas(672, 336),
                        new Canvas(672, 672),
                        new Canvas(1008, 336),
                        new Canvas(336, 1008));
        assertThat(config.maxSequence()).hasValue(4096);
    }

    @Test
    void theTiledModelHasTheVectorAfterEachRow() {
        try (Checkpoint hd = Checkpoint.open(Reference.path("models/tiny-llava-hd"));
                Checkpoint plain = Checkpoint.open(Reference.path("models/tiny-llava-orig"))) {
            assertThat(hd.imageNewline().orElseThrow()).hasSize(24).doesNotContain(0);
            assertThat(plain.imageNewline()).isEmpty();
        }
    }

    @Test
    void fillsInWhatTheFileLeavesOut() {
        original.config().remove("mm_projector_type");
        original.config().remove("image_aspect_ratio");

        LlavaConfig config = read();

        assertThat(config.projector()).isEqualTo(Projector.LINEAR);
        assertThat(config.images().aspect()).isEqualTo(Aspect.CROP);
        assertThat(config.images().merge()).isEqualTo(PatchMerge.FLAT);
        assertThat(config.images().startEnd()).isFalse();
        assertThat(config.visionLayers()).isEqualTo(2);
        assertThat(config.tieWordEmbeddings()).isFalse();
    }

    @Test
    void readsGridPinpointsFromATextToo() {
        original.config()
                .put("image_aspect_ratio", "anyres")
                .put("mm_patch_merge_type", "spatial")
                .put("image_grid_pinpoints", "[[28, 56], [56, 28]]");

        ImageSettings images = read().images();

        assertThat(images.merge()).isEqualTo(PatchMerge.SPATIAL);
        assertThat(images.gridPinpoints()).containsExactly(new Canvas(28, 56), new Canvas(56, 28));
    }

    @Test
    void readsTheClassTokenAndAListOfEnds() {
        original.config().put("mm_vision_select_feature", "cls_patch");
        original.config().putArray("eos_token_id").add(2).add(5);

        LlavaConfig config = read();

        assertThat(config.imageTokens()).isEqualTo(5);
        assertThat(config.eosTokenIds()).containsExactly(2, 5);
    }

    @Test
    void aMistralDecoderIsRead() {
        original.config().put("model_type", "llava_mistral");
        assertRefused("sliding_window: missing");

        original.config().putNull("sliding_window");
        assertThat(read().text().heads()).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "model_type | 'llava_mpt'",
                "mm_projector_type | 'mlp3x_gelu'",
                "mm_projector_type | 'identity'",
                "mm_vision_select_layer | [-2, -5]",
                "mm_vision_select_layer | -5",
                "mm_vision_select_feature | 'cls'",
                "mm_resampler_type | 'perceiver'",
                "mm_hidden_size | 48",
                "mm_patch_merge_type | 'unires'",
                "image_aspect_ratio | 'anyres_max_9'",
                "image_aspect_ratio | 1",
                "s2 | true",
                "rope_scaling | {'type': 'linear', 'factor': 2.0}",
                "rope_parameters | {'rope_type': 'default', 'factor': 2.0}",
                "sliding_window | 4096",
                "use_sliding_window | true",
                "layer_types | ['full_attention', 'sliding_attention']",
                "attention_bias | true",
                "mlp_bias | true",
                "hidden_act | 'gelu'",
                "quantization_config | {'load_in_4bit': true}",
                "tie_word_embeddings | 1",
                "tokenizer_model_max_length | -1",
            },
            quoteCharacter = '~')
    void stopsAtWhatWouldChangeTheMaths(String key, String value) throws IOException {
        original.config().set(key, JsonMapper.builder().build().readTree(value.replace('\'', '"')));

        assertRefused(key);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "null",
                "[]",
                "'[[28,'",
                "'(1x1),...,(6x6)'",
                "[28, 28]",
                "[[28]]",
                "[[28, 30]]",
                "[[0, 28]]",
                "[[28, 2800000]]",
            },
            quoteCharacter = '~')
    void stopsAtCanvasesThatTilesDoNotFill(String value) throws IOException {
        original.config().put("image_aspect_ratio", "anyres");
        original.config()
                .set(
                        "image_grid_pinpoints",
                        JsonMapper.builder().build().readTree(value.replace('\'', '"')));

        assertThatThrownBy(this::read).isInstanceOf(CheckpointException.class);
    }

    @Test
    void aMapOfPatchesHasNoClassToken() {
        original.config()
                .put("mm_vision_select_feature", "cls_patch")
                .put("mm_patch_merge_type", "spatial_unpad");

        assertRefused("mm_vision_select_feature: \"cls_patch\" (expected: patch: a map of patches");
    }

    @Test
    void twoLayersOfProjectorAreNotOne() {
        original.writeTower(directory.resolve("tower"));
        original.config().put("mm_projector_type", "linear");
        original.write(directory.resolve("llava"));

        assertThatThrownBy(() -> Checkpoint.open(directory.resolve("llava")).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(
                        "tensor model.mm_projector.2.weight: present"
                                + " (expected: none for mm_projector_type linear)");
    }

    private static LlavaConfig reference(String name) {
        try (Checkpoint checkpoint = Checkpoint.open(Reference.path("models/" + name))) {
            return checkpoint.config();
        }
    }

    private LlavaConfig read() {
        return OriginalConfigReader.read(original.writeConfig(directory), VISION);
    }

    private void assertRefused(String message) {
        assertThatThrownBy(this::read)
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("(expected: ")
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    }
}
