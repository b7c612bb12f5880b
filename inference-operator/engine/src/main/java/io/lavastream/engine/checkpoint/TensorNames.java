package io.lavastream.engine.checkpoint;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The names under which a model asks for its weights: those that {@code llava-hf/llava-1.5-7b-hf}
 * was published with. Newer versions of the library write other prefixes for the same tensors.
 */
final class TensorNames {
    /** Newer prefix to published prefix. */
    private static final Map<String, String> PREFIXES = new LinkedHashMap<>();

    static {
        PREFIXES.put("model.language_model.", "language_model.model.");
        PREFIXES.put("model.vision_tower.", "vision_tower.");
        PREFIXES.put("model.multi_modal_projector.", "multi_modal_projector.");
        PREFIXES.put("model.image_newline", "image_newline");
        PREFIXES.put("lm_head.", "language_model.lm_head.");
    }

    private TensorNames() {}

    /** The published form of {@code name}; a name of neither form stays as it is. */
    static String published(String name) {
        for (Map.Entry<String, String> prefix : PREFIXES.entrySet()) {
            if (name.startsWith(prefix.getKey())) {
                return prefix.getValue() + name.substring(prefix.getKey().length());
            }
        }
        return name;
    }
}
