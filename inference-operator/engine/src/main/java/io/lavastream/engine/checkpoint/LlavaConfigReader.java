package io.lavastream.engine.checkpoint;

import io.lavastream.engine.checkpoint.LlavaConfig.FeatureSelection;
import io.lavastream.engine.checkpoint.LlavaConfig.Projector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * Reads {@code config.json}. Published files leave out what equals the library's defaults, so these
 * stand here; a key that would change the maths and is not implemented stops the load.
 *
 * <p>Source of the defaults: {@code huggingface/transformers:
 * src/transformers/models/{llava,llama,mistral,clip}/configuration_*.py}.
 */
final class LlavaConfigReader {
    private static final int DEFAULT_EOS = 2;

    private LlavaConfigReader() {}

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
        ClipVisionConfig vision = vision(config);
        return new LlavaConfig(
                vision,
                text(text),
                projector(config),
                visionLayers(config, vision),
                features(config),
                config.id("image_token_id", config.id("image_token_index", 32_000)),
                padTokenId(config, text),
                eosTokenIds(directory, text),
                tieWordEmbeddings(config, text));
    }

    private static LlamaConfig text(ConfigObject text) {
        boolean mistral = text.oneOf("model_type", "llama", "llama", "mistral").equals("mistral");
        text.oneOf("hidden_act", "silu", "silu");
        text.requireAbsent("rope_scaling");
        text.requireAbsent("quantization_config");
        text.requireFlag("attention_bias", false);
        text.requireFlag("mlp_bias", false);
        if (text.positive("partial_rotary_factor", 1) != 1) {
            throw text.refused("partial_rotary_factor", "1: nothing else is implemented");
        }
        requireFullAttention(text, mistral);

        int hiddenSize = text.count("hidden_size", 4096);
        int heads = text.count("num_attention_heads", 32);
        int keyValueHeads = text.count("num_key_value_heads", mistral ? 8 : heads);
        if (heads % keyValueHeads != 0) {
            throw text.refused("num_key_value_heads", "a divisor of %d heads".formatted(heads));
        }
        if (!text.has("head_dim") && hiddenSize % heads != 0) {
            throw text.refused("hidden_size", "a multiple of %d heads".formatted(heads));
        }
        int headSize = text.count("head_dim", hiddenSize / heads);
        if (headSize % 2 != 0) {
            throw text.refused("head_dim", "an even number, not %d".formatted(headSize));
        }
        return new LlamaConfig(
                text.count("vocab_size", 32_000),
                hiddenSize,
                text.count("intermediate_size", mistral ? 14_336 : 11_008),
                text.count("num_hidden_layers", 32),
                heads,
                keyValueHeads,
                headSize,
                text.count("max_position_embeddings", mistral ? 131_072 : 2_048),
                (float) text.positive("rms_norm_eps", 1e-6),
                ropeBase(text));
    }

    /** Mistral's own default is a window of 4096, so there its absence says something. */
    private static void requireFullAttention(ConfigObject text, boolean mistral) {
        text.requireAbsent("sliding_window");
        if (mistral && !text.mentions("sliding_window")) {
            throw text.refused(
                    "sliding_window", "null: the default of 4096 positions is not implemented");
        }
    }

    /**
     * Newer files write {@code rope_parameters: {rope_theta, rope_type}} for {@code rope_theta}.
     */
    private static double ropeBase(ConfigObject text) {
        ConfigObject parameters = text.object("rope_parameters");
        parameters.oneOf("rope_type", "default", "default");
        return parameters.positive("rope_theta", text.positive("rope_theta", 10_000));
    }

    private static ClipVisionConfig vision(ConfigObject config) {
        boolean whole = config.has("vision_config");
        ConfigObject vision = config.object("vision_config");
        vision.oneOf("model_type", "clip_vision_model", "clip_vision_model");
        vision.requireAbsent("quantization_config");
        if (vision.count("num_channels", 3) != 3) {
            throw vision.refused("num_channels", "3");
        }
        int hiddenSize = vision.count("hidden_size", whole ? 768 : 1024);
        int heads = vision.count("num_attention_heads", whole ? 12 : 16);
        if (hiddenSize % heads != 0) {
            throw vision.refused("hidden_size", "a multiple of %d heads".formatted(heads));
        }
        int imageSize = vision.integer("image_size", whole ? 224 : 336, 1, 4096);
        int patchSize = vision.integer("patch_size", whole ? 32 : 14, 1, 4096);
        if (imageSize % patchSize != 0) {
            throw vision.refused("image_size", "a multiple of patch_size %d".formatted(patchSize));
        }
        String activation = vision.oneOf("hidden_act", "quick_gelu", "quick_gelu", "gelu");
        return new ClipVisionConfig(
                hiddenSize,
                vision.count("intermediate_size", whole ? 3072 : 4096),
                vision.count("num_hidden_layers", whole ? 12 : 24),
                heads,
                imageSize,
                patchSize,
                activation.equals("gelu")
                        ? ClipVisionConfig.Activation.GELU
                        : ClipVisionConfig.Activation.QUICK_GELU,
                (float) vision.positive("layer_norm_eps", 1e-5));
    }

    private static Projector projector(ConfigObject config) {
        String type = config.oneOf("mm_projector_type", "mlp2x_gelu", "mlp2x_gelu", "linear");
        return type.equals("linear") ? Projector.LINEAR : Projector.MLP2X_GELU;
    }

    /**
     * Hidden state 0 enters the first layer, state i leaves layer i; a negative index counts from
     * the last.
     */
    private static int visionLayers(ConfigObject config, ClipVisionConfig vision) {
        int states = vision.layers() + 1;
        int state = config.integer("vision_feature_layer", -2, -states, vision.layers());
        return state < 0 ? states + state : state;
    }

    private static FeatureSelection features(ConfigObject config) {
        String strategy =
                config.oneOf("vision_feature_select_strategy", "default", "default", "full");
        return strategy.equals("full")
                ? FeatureSelection.CLASS_AND_PATCHES
                : FeatureSelection.PATCHES;
    }

    private static OptionalInt padTokenId(ConfigObject config, ConfigObject text) {
        int id =
                config.integer(
                        "pad_token_id",
                        text.integer("pad_token_id", -1, -1, Integer.MAX_VALUE),
                        -1,
                        Integer.MAX_VALUE);
        return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
    }

    private static List<Integer> eosTokenIds(Path directory, ConfigObject text) {
        List<Integer> fromConfig = text.ids("eos_token_id", List.of(DEFAULT_EOS));
        Path generation = directory.resolve("generation_config.json");
        return Files.exists(generation)
                ? ConfigObject.read(generation).ids("eos_token_id", fromConfig)
                : fromConfig;
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
