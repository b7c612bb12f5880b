package io.lavastream.engine.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.lavastream.engine.checkpoint.ImageSettings.Aspect;
import io.lavastream.engine.checkpoint.ImageSettings.Canvas;
import io.lavastream.engine.checkpoint.ImageSettings.PatchMerge;
import io.lavastream.engine.checkpoint.LlavaConfig.FeatureSelection;
import io.lavastream.engine.checkpoint.LlavaConfig.Projector;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * Reads the {@code config.json} of the original layout: the language model's keys at the top, LLaVA's
 * own beside them. A key that would change the maths and is not implemented stops the load.
 *
 * <p>Source of keys and defaults: {@code haotian-liu/LLaVA: llava/model/llava_arch.py,
 * llava/model/multimodal_encoder/clip_encoder.py, llava/model/multimodal_projector/builder.py,
 * llava/mm_utils.py}.
 */
final class OriginalConfigReader {
    private static final int MAX_CANVASES = 1024;
    private static final int MAX_SIDE = 1 << 14;

    private OriginalConfigReader() {}

    /** Reads {@code directory}, whose vision tower is {@code vision}. */
    static LlavaConfig read(Path directory, ClipVisionConfig vision) {
        ConfigObject config = ConfigObject.read(directory.resolve("config.json"));
        String type = config.oneOf("model_type", "llava", "llava", "llava_llama", "llava_mistral");
        config.requireAbsent("mm_resampler_type");
        config.requireFlag("s2", false);
        if (config.count("mm_hidden_size", vision.hiddenSize()) != vision.hiddenSize()) {
            throw config.refused(
                    "mm_hidden_size",
                    "%d, the width of the vision tower".formatted(vision.hiddenSize()));
        }
        FeatureSelection features = features(config);
        return new LlavaConfig(
                Layout.ORIGINAL,
                vision,
                LlamaConfigReader.read(config, type.equals("llava_mistral")),
                projector(config),
                vision.layersBelow(
                        config.integer(
                                "mm_vision_select_layer",
                                -2,
                                -vision.layers() - 1,
                                vision.layers())),
                features,
                images(config, vision, features),
                OptionalInt.empty(),
                config.optionalId("pad_token_id"),
                LlamaConfigReader.eosTokenIds(ConfigObject.generation(directory), config, config),
                maxSequence(config),
                config.flag("tie_word_embeddings", false));
    }

    private static Projector projector(ConfigObject config) {
        String type = config.oneOf("mm_projector_type", "linear", "linear", "mlp2x_gelu");
        return type.equals("linear") ? Projector.LINEAR : Projector.MLP2X_GELU;
    }

    private static FeatureSelection features(ConfigObject config) {
        String feature = config.oneOf("mm_vision_select_feature", "patch", "patch", "cls_patch");
        return feature.equals("patch")
                ? FeatureSelection.PATCHES
                : FeatureSelection.CLASS_AND_PATCHES;
    }

    private static ImageSettings images(
            ConfigObject config, ClipVisionConfig vision, FeatureSelection features) {
        Aspect aspect = aspect(config);
        PatchMerge merge =
                PatchMerge.valueOf(
                        config.oneOf(
                                        "mm_patch_merge_type",
                                        "flat",
                                        "flat",
                                        "spatial",
                                        "spatial_unpad")
                                .toUpperCase(Locale.ROOT));
        if (merge != PatchMerge.FLAT && features == FeatureSelection.CLASS_AND_PATCHES) {
            throw config.refused(
                    "mm_vision_select_feature", "patch: a map of patches has no class token");
        }
        return new ImageSettings(
                aspect,
                merge,
                aspect == Aspect.ANYRES ? gridPinpoints(config, vision) : List.of(),
                config.flag("mm_use_im_patch_token", true),
                config.flag("mm_use_im_start_end", false));
    }

    /** The reference crops where it does not know the value. */
    private static Aspect aspect(ConfigObject config) {
        String value = config.text("image_aspect_ratio", "square");
        if (value.startsWith("anyres")) {
            config.oneOf("image_aspect_ratio", value, "pad", "anyres", "square");
            return Aspect.ANYRES;
        }
        return value.equals("pad") ? Aspect.PAD : Aspect.CROP;
    }

    /** A list of [width, height], or a text that has one, as the reference takes both. */
    private static List<Canvas> gridPinpoints(ConfigObject config, ClipVisionConfig vision) {
        List<Canvas> canvases = new ArrayList<>();
        int tile = vision.imageSize();
        for (JsonNode pair : config.listOrTextOfOne("image_grid_pinpoints")) {
            if (pair.size() != 2 || !isSide(pair.path(0), tile) || !isSide(pair.path(1), tile)) {
                throw config.refused(
                        "image_grid_pinpoints",
                        "a list of [width, height], multiples of %d up to %d"
                                .formatted(tile, MAX_SIDE));
            }
            canvases.add(new Canvas(pair.path(0).intValue(), pair.path(1).intValue()));
        }
        if (canvases.isEmpty() || canvases.size() > MAX_CANVASES) {
            throw config.refused(
                    "image_grid_pinpoints",
                    "1 to %d canvases, for image_aspect_ratio anyres".formatted(MAX_CANVASES));
        }
        return canvases;
    }

    private static boolean isSide(JsonNode side, int tile) {
        return side.isIntegralNumber()
                && side.canConvertToInt()
                && side.intValue() > 0
                && side.intValue() <= MAX_SIDE
                && side.intValue() % tile == 0;
    }

    private static OptionalInt maxSequence(ConfigObject config) {
        int length = config.count("tokenizer_model_max_length", 0);
        return length == 0 ? OptionalInt.empty() : OptionalInt.of(length);
    }
}
