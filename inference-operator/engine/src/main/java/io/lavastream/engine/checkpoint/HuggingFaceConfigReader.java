package io.lavastream.engine.checkpoint;

import io.lavastream.engine.checkpoint.LlavaConfig.FeatureSelection;
import io.lavastream.engine.checkpoint.LlavaConfig.Projector;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * Reads the {@code config.json} of the Hugging Face layout. A key that would change the maths and
 * is not implemented stops the load.
 *
 * <p>Source of the defaults: {@code huggingface/transformers:
 * src/transformers/models/llava/configuration_llava.py}.
 */
final class HuggingFaceConfigReader {
    private HuggingFaceConfigReader() {}

    static LlavaConfig read(Path directory) {
        ConfigObject config = ConfigObject.read(directory.resolve("config.json"));
        if (!config.has("text_config")) {
            throw config.refused("text_config", "an object, as in the Hugging Face layout");
        }
        config.oneOf("model_type", "llava", "llava");
        config.requireAbsent("quantization_config");
        config.oneOf("projector_hidden_act", "gelu", "gelu");
        config.requireFlag("multimodal_projector_bias", true);
        ConfigObject text = config.object("text_config");
        ConfigObject generation = ConfigObject.generation(directory);
        ClipVisionConfig vision = ClipVisionConfigReader.ofLlava(config);
        return new LlavaConfig(
                Layout.HUGGING_FACE,
                vision,
                LlamaConfigReader.read(
                        text,
                        text.oneOf("model_type", "llama", "llama", "mistral").equals("mistral")),
                projector(config),
                vision.layersBelow(
                        config.integer(
                                "vision_feature_layer", -2, -vision.layers() - 1, vision.layers())),
                features(config),
                ImageSettings.CROP,
                OptionalInt.of(config.id("image_token_id", config.id("image_token_index", 32_000))),
                padTokenId(config, text),
                LlamaConfigReader.eosTokenIds(generation, text, config),
                OptionalInt.empty(),
                tieWordEmbeddings(config, text));
    }

    private static Projector projector(ConfigObject config) {
        String type = config.oneOf("mm_projector_type", "mlp2x_gelu", "mlp2x_gelu", "linear");
        return type.equals("linear") ? Projector.LINEAR : Projector.MLP2X_GELU;
    }

    private static FeatureSelection features(ConfigObject config) {
        String strategy =
                config.oneOf("vision_feature_select_strategy", "default", "default", "full");
        return strategy.equals("full")
                ? FeatureSelection.CLASS_AND_PATCHES
                : FeatureSelection.PATCHES;
    }

    private static OptionalInt padTokenId(ConfigObject config, ConfigObject text) {
        OptionalInt id = config.optionalId("pad_token_id");
        return id.isPresent() ? id : text.optionalId("pad_token_id");
    }

    private static boolean tieWordEmbeddings(ConfigObject config, ConfigObject text) {
        boolean tied = text.flag("tie_word_embeddings", false);
        if (!config.has("tie_word_embeddings")) {
            return tied;
        }
        if (text.has("tie_word_embeddings")) {
            text.requireFlag("tie_word_embeddings", config.flag("tie_word_embeddings", tied));
        }
        return config.flag("tie_word_embeddings", tied);
    }
}
