package io.lavastream.engine.checkpoint;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Reads what a vision tower is.
 *
 * <p>Source of the defaults: {@code huggingface/transformers:
 * src/transformers/models/{llava,clip}/configuration_*.py}.
 */
final class ClipVisionConfigReader {
    /** The towers that LLaVA was published with; their directories need not be at hand. */
    private static final Map<String, ClipVisionConfig> PUBLISHED =
            Map.of(
                    "clip-vit-large-patch14", large(224),
                    "clip-vit-large-patch14-336", large(336));

    private ClipVisionConfigReader() {}

    /** The {@code vision_config} of LLaVA's {@code config}; where it is absent, its default. */
    static ClipVisionConfig ofLlava(ConfigObject config) {
        return config.has("vision_config") ? read(config.object("vision_config")) : large(336);
    }

    /**
     * The vision tower of a CLIP directory: the vision half of a whole model, or a vision model
     * alone.
     */
    static ClipVisionConfig ofDirectory(Path directory) {
        ConfigObject config = ConfigObject.read(directory.resolve("config.json"));
        config.requireAbsent("quantization_config");
        String type = config.oneOf("model_type", null, "clip", "clip_vision_model");
        return read(type.equals("clip") ? config.object("vision_config") : config);
    }

    /** The published tower of that {@code name}. */
    static Optional<ClipVisionConfig> published(String name) {
        return Optional.ofNullable(PUBLISHED.get(name));
    }

    private static ClipVisionConfig read(ConfigObject vision) {
        vision.oneOf("model_type", "clip_vision_model", "clip_vision_model");
        vision.requireAbsent("quantization_config");
        if (vision.count("num_channels", 3) != 3) {
            throw vision.refused("num_channels", "3");
        }
        int hiddenSize = vision.count("hidden_size", 768);
        int heads = vision.count("num_attention_heads", 12);
        if (hiddenSize % heads != 0) {
            throw vision.refused("hidden_size", "a multiple of %d heads".formatted(heads));
        }
        int imageSize = vision.integer("image_size", 224, 1, 4096);
        int patchSize = vision.integer("patch_size", 32, 1, 4096);
        if (imageSize % patchSize != 0) {
            throw vision.refused("image_size", "a multiple of patch_size %d".formatted(patchSize));
        }
        String activation = vision.oneOf("hidden_act", "quick_gelu", "quick_gelu", "gelu");
        return new ClipVisionConfig(
                hiddenSize,
                vision.count("intermediate_size", 3072),
                vision.count("num_hidden_layers", 12),
                heads,
                imageSize,
                patchSize,
                activation.equals("gelu")
                        ? ClipVisionConfig.Activation.GELU
                        : ClipVisionConfig.Activation.QUICK_GELU,
                (float) vision.positive("layer_norm_eps", 1e-5));
    }

    /** CLIP ViT-L/14. */
    private static ClipVisionConfig large(int imageSize) {
        return new ClipVisionConfig(
                1024, 4096, 24, 16, imageSize, 14, ClipVisionConfig.Activation.QUICK_GELU, 1e-5f);
    }
}
