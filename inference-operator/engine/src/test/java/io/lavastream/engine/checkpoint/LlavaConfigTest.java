package io.lavastream.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lavastream.engine.CheckpointException;
import io.lavastream.engine.checkpoint.LlavaConfig.FeatureSelection;
import io.lavastream.engine.checkpoint.LlavaConfig.Projector;
import io.lavastream.engine.reference.Reference;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LlavaConfigTest {
    @TempDir Path directory;

    private final TinyCheckpoint tiny = new TinyCheckpoint(1);

    @Test
    void fillsInWhatThePublishedFileLeavesOut() {
        LlavaConfig config =
                HuggingFaceConfigReader.read(Reference.path("real-configs/llava-1.5-7b-hf"));

        assertThat(config.text())
                .isEqualTo(
                        new LlamaConfig(
                                32_064, 4096, 11_008, 32, 32, 32, 128, 4096, 1e-5f, 10_000));
        assertThat(config.vision())
                .isEqualTo(
                        new ClipVisionConfig(
                                1024,
                                4096,
                                24,
                                16,
                                336,
                                14,
                                ClipVisionConfig.Activation.QUICK_GELU,
                                1e-5f));
        assertThat(config.visionLayers()).isEqualTo(23);
        assertThat(config.features()).isEqualTo(FeatureSelection.PATCHES);
        assertThat(config.imageTokens()).isEqualTo(576);
        assertThat(config.projector()).isEqualTo(Projector.MLP2X_GELU);
        assertThat(config.imageTokenId()).hasValue(32_000);
        assertThat(config.padTokenId()).hasValue(32_001);
        assertThat(config.eosTokenIds()).containsExactly(2);
        assertThat(config.tieWordEmbeddings()).isFalse();
    }

    @Test
    void readsNewerKeyNames() {
        tiny.config().remove("image_token_index");
        tiny.config().put("image_token_id", 47);
        tiny.config().put("dtype", "float16");
        tiny.textConfig().put("dtype", "float16");
        tiny.textConfig().putArray("eos_token_id").add(2).add(7);
        tiny.textConfig()
                .putObject("rope_parameters")
                .put("rope_type", "default")
                .put("rope_theta", 5e5);

        LlavaConfig config = read();

        assertThat(config.imageTokenId()).hasValue(47);
        assertThat(config.text().ropeBase()).isEqualTo(5e5);
        assertThat(config.eosTokenIds()).containsExactly(2, 7);
    }

    @Test
    void generationConfigDecidesWhatEndsAnAnswer() {
        tiny.textConfig().put("eos_token_id", 7);
        assertThat(read().eosTokenIds()).containsExactly(7);

        TinyCheckpoint.writeText(
                directory.resolve("generation_config.json"), "{\"eos_token_id\": [2, 9]}");
        assertThat(read().eosTokenIds()).containsExactly(2, 9);
    }

    @Test
    void countsFeatureLayersFromBothEnds() {
        tiny.config().put("vision_feature_layer", -1);
        assertThat(read().visionLayers()).isEqualTo(3);

        tiny.config().put("vision_feature_layer", 1);
        assertThat(read().visionLayers()).isEqualTo(1);

        tiny.config().put("vision_feature_layer", -5);
        assertRefused("vision_feature_layer: -5 (expected: an integer from -4 to 3)");
    }

    @Test
    void theClassTokenIsKeptWhereTheStrategyIsFull() {
        tiny.config().put("vision_feature_select_strategy", "full");

        assertThat(read().imageTokens()).isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/text_config | rope_scaling | {'type': 'linear', 'factor': 2.0}",
                "/text_config | sliding_window | 4096",
                "/text_config | layer_types | ['sliding_attention']",
                "/text_config | rope_parameters | {'rope_theta': 1e4, 'factor': 2.0}",
                "/text_config | attention_bias | true",
                "/text_config | mlp_bias | true",
                "/text_config | hidden_act | 'gelu'",
                "/text_config | model_type | 'qwen2'",
                "/text_config | partial_rotary_factor | 0.5",
                "/text_config | quantization_config | {'bits': 4}",
                "/text_config | rope_parameters | {'rope_type': 'yarn'}",
                "/text_config | num_key_value_heads | 3",
                "/text_config | head_dim | 7",
                "/text_config | hidden_size | '24'",
                "/text_config | hidden_size | 0",
                "/text_config | hidden_size | 25",
                "/text_config | rms_norm_eps | 'small'",
                "/vision_config | hidden_act | 'gelu_new'",
                "/vision_config | model_type | 'siglip_vision_model'",
                "/vision_config | patch_size | 13",
                "/vision_config | num_channels | 4",
                "'' | quantization_config | {'load_in_4bit': true}",
                "'' | projector_hidden_act | 'relu'",
                "'' | multimodal_projector_bias | false",
                "'' | vision_feature_layer | [-2, -5]",
                "'' | vision_feature_select_strategy | 'cls'",
                "'' | mm_projector_type | 'mlp3x_gelu'",
                "'' | model_type | 'llava_next'",
                "'' | text_config | null",
                "'' | vision_config | []",
            },
            quoteCharacter = '~')
    void stopsAtWhatWouldChangeTheMaths(String at, String key, String value) throws Exception {
        ObjectNode object = (ObjectNode) tiny.config().at(at.replace("''", ""));
        object.set(key, JsonMapper.builder().build().readTree(value.replace('\'', '"')));

        assertRefused(key);
    }

    @Test
    void aMistralWithoutAWindowKeyHasTheDefaultWindow() {
        tiny.textConfig().put("model_type", "mistral");
        assertRefused("text_config.sliding_window: missing");

        tiny.textConfig().putNull("sliding_window");
        assertThat(read().text().heads()).isEqualTo(4);
    }

    @Test
    void refusesTiedEmbeddingsThatContradict() {
        tiny.textConfig().put("tie_word_embeddings", true);

        assertRefused("text_config.tie_word_embeddings: true (expected: false");
    }

    private LlavaConfig read() {
        TinyCheckpoint.writeText(directory.resolve("config.json"), tiny.config().toString());
        return HuggingFaceConfigReader.read(directory);
    }

    private void assertRefused(String message) {
        assertThatThrownBy(this::read)
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("(expected: ")
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    }
}
