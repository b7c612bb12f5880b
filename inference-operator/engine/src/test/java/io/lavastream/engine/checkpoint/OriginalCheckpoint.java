package io.lavastream.engine.checkpoint;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lavastream.engine.checkpoint.SafetensorsWriter.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A {@link TinyCheckpoint} in the original layout: the same weights under the original's names, and
 * the vision tower apart. {@link #config}, {@link #tensors} and {@link #tower} may be changed before
 * they are written.
 */
public final class OriginalCheckpoint {
    /** What the config calls the tower: 14 pixels a patch, 28 an image. */
    public static final String TOWER = "someone/clip-vit-tiny-patch14-28";

    private final TinyCheckpoint tiny;
    private final ObjectNode config;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, Tensor> tower = new LinkedHashMap<>();

    public OriginalCheckpoint(TinyCheckpoint tiny) {
        this.tiny = tiny;
        config = tiny.textConfig().deepCopy();
        config.put("model_type", "llava")
                .put("mm_vision_tower", TOWER)
                .put("mm_projector_type", "mlp2x_gelu")
                .put("mm_hidden_size", 16)
                .put("image_aspect_ratio", "pad");
        tiny.tensors()
                .forEach(
                        (name, tensor) -> {
                            if (name.startsWith("vision_tower.")) {
                                tower.put(name.substring("vision_tower.".length()), tensor);
                            } else {
                                tensors.put(original(name), tensor);
                            }
                        });
    }

    public ObjectNode config() {
        return config;
    }

    /** Tensors by their names in the original layout, the tower's apart. */
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    /** The tower's tensors, by their names in a CLIP directory. */
    public Map<String, Tensor> tower() {
        return tower;
    }

    /** Writes the model without its tower, as one torch file, and returns {@code directory}. */
    public Path write(Path directory) {
        writeConfig(directory);
        TorchWriter.write(directory.resolve("pytorch_model.bin"), tensors);
        return directory;
    }

    /** Writes the configuration alone, and returns {@code directory}. */
    public Path writeConfig(Path directory) {
        TinyCheckpoint.writeText(directory.resolve("config.json"), config.toString());
        return directory;
    }

    /** Writes the tower as a CLIP directory, and returns it. */
    public Path writeTower(Path directory) {
        ObjectNode clip = JsonNodeFactory.instance.objectNode().put("model_type", "clip");
        clip.set("vision_config", tiny.visionConfig());
        TinyCheckpoint.writeText(directory.resolve("config.json"), clip.toString());
        TorchWriter.write(directory.resolve("pytorch_model.bin"), tower);
        return directory;
    }

    private static String original(String name) {
        return name.replace("language_model.model.", "model.")
                .replace("language_model.lm_head.", "lm_head.")
                .replace("multi_modal_projector.linear_1.", "model.mm_projector.0.")
                .replace("multi_modal_projector.linear_2.", "model.mm_projector.2.");
    }
}
