package io.lavastream.engine.checkpoint;

import java.util.LinkedHashMap;
import java.util.Map;

/** The two ways in which LLaVA-1.5 is published: keys of {@code config.json}, names of tensors. */
public enum Layout {
    /**
     * {@code llava-hf/llava-1.5-7b-hf}: {@code text_config} and {@code vision_config}, every weight
     * inside. Newer versions of the library write other prefixes for the same tensors.
     */
    HUGGING_FACE,
    /**
     * {@code liuhaotian/llava-v1.5-7b}, and LLaVA v1 and 1.6 likewise: the language model's keys at
     * the top, {@code mm_} keys beside them, the vision tower mostly in a directory of its own.
     */
    ORIGINAL;

    private static final String MODEL = "language_model.model.";
    private static final String HEAD = "language_model.lm_head.";
    private static final String TOWER = "vision_tower.";
    private static final String PROJECTOR = "multi_modal_projector.";

    /** Prefix in the file to prefix asked for; a longer one stands before a shorter. */
    private static final Map<String, String> NEWER_PREFIXES = new LinkedHashMap<>();

    private static final Map<String, String> ORIGINAL_PREFIXES = new LinkedHashMap<>();

    static {
        NEWER_PREFIXES.put("model.language_model.", MODEL);
        NEWER_PREFIXES.put("model.vision_tower.", TOWER);
        NEWER_PREFIXES.put("model.multi_modal_projector.", PROJECTOR);
        NEWER_PREFIXES.put("model.image_newline", Checkpoint.IMAGE_NEWLINE);
        NEWER_PREFIXES.put("lm_head.", HEAD);

        ORIGINAL_PREFIXES.put("model.vision_tower.vision_tower.", TOWER);
        ORIGINAL_PREFIXES.put("model.mm_projector.0.", PROJECTOR + "linear_1.");
        ORIGINAL_PREFIXES.put("model.mm_projector.2.", PROJECTOR + "linear_2.");
        ORIGINAL_PREFIXES.put("model.mm_projector.", PROJECTOR + "linear_1.");
        ORIGINAL_PREFIXES.put("model.image_newline", Checkpoint.IMAGE_NEWLINE);
        ORIGINAL_PREFIXES.put("model.", MODEL);
        ORIGINAL_PREFIXES.put("lm_head.", HEAD);
    }

    static Layout of(ConfigObject config) {
        if (config.has("text_config")) {
            return HUGGING_FACE;
        }
        if (config.has("mm_vision_tower") || config.has("mm_projector_type")) {
            return ORIGINAL;
        }
        throw config.refused(
                "text_config",
                "an object, as in the Hugging Face layout, or mm_vision_tower, as in the original");
    }

    /**
     * The name of {@code llava-hf/llava-1.5-7b-hf} for the tensor that is {@code name} in a file of
     * this layout: the model asks by these. A name of neither stays as it is.
     */
    public String published(String name) {
        Map<String, String> prefixes = this == HUGGING_FACE ? NEWER_PREFIXES : ORIGINAL_PREFIXES;
        for (Map.Entry<String, String> prefix : prefixes.entrySet()) {
            if (name.startsWith(prefix.getKey())) {
                return prefix.getValue() + name.substring(prefix.getKey().length());
            }
        }
        return name;
    }
}
