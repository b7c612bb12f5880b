package io.lavastream.engine.checkpoint;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lavastream.engine.checkpoint.SafetensorsWriter.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * A complete model of random weights, small enough to be made for a test: 4 patches of vision in 3
 * layers, 2 decoder layers with grouped-query heads. {@link #config} and {@link #tensors} may be
 * changed before {@link #write}.
 */
public final class TinyCheckpoint {
    public static final int VOCABULARY = 50;
    public static final int HIDDEN = 24;
    public static final int IMAGE_SIZE = 28;

    private static final String CONFIG =
            """
            {
              "model_type": "llava", "image_token_index": 48, "pad_token_id": 49,
              "vision_feature_layer": -2, "vision_feature_select_strategy": "default",
              "projector_hidden_act": "gelu", "tie_word_embeddings": false,
              "text_config": {
                "model_type": "llama", "vocab_size": 50, "hidden_size": 24, "intermediate_size": 64,
                "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
                "max_position_embeddings": 256, "rms_norm_eps": 1e-5
              },
              "vision_config": {
                "model_type": "clip_vision_model", "hidden_size": 16, "intermediate_size": 32,
                "num_hidden_layers": 3, "num_attention_heads": 2, "image_size": 28, "patch_size": 14
              }
            }
            """;

    private final Random random;
    private final ObjectNode config;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    public TinyCheckpoint(long seed) {
        random = new Random(seed);
        try {
            config = (ObjectNode) JsonMapper.builder().build().readTree(CONFIG);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        addVision();
        addLinear("multi_modal_projector.linear_1", 16, HIDDEN);
        addLinear("multi_modal_projector.linear_2", HIDDEN, HIDDEN);
        addText();
    }

    public ObjectNode config() {
        return config;
    }

    public ObjectNode textConfig() {
        return (ObjectNode) config.get("text_config");
    }

    public ObjectNode visionConfig() {
        return (ObjectNode) config.get("vision_config");
    }

    /** Tensors by name, in the file's order. */
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    /** Writes the model as one file of weights, and returns {@code directory}. */
    public Path write(Path directory) {
        writeText(directory.resolve("config.json"), config.toString());
        SafetensorsWriter.write(directory.resolve("model.safetensors"), tensors);
        return directory;
    }

    static void writeText(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void addVision() {
        String vision = "vision_tower.vision_model.";
        add(vision + "embeddings.class_embedding", 16);
        add(vision + "embeddings.patch_embedding.weight", 16, 3, 14, 14);
        add(vision + "embeddings.position_embedding.weight", 5, 16);
        addNorm(vision + "pre_layrnorm", 16);
        for (int i = 0; i < 3; i++) {
            String layer = vision + "encoder.layers.%d.".formatted(i);
            Stream.of("q_proj", "k_proj", "v_proj", "out_proj")
                    .forEach(name -> addLinear(layer + "self_attn." + name, 16, 16));
            addLinear(layer + "mlp.fc1", 16, 32);
            addLinear(layer + "mlp.fc2", 32, 16);
            addNorm(layer + "layer_norm1", 16);
            addNorm(layer + "layer_norm2", 16);
        }
    }

    private void addText() {
        String text = "language_model.model.";
        add(text + "embed_tokens.weight", VOCABULARY, HIDDEN);
        for (int i = 0; i < 2; i++) {
            String layer = text + "layers.%d.".formatted(i);
            add(layer + "self_attn.q_proj.weight", 24, HIDDEN);
            add(layer + "self_attn.k_proj.weight", 12, HIDDEN);
            add(layer + "self_attn.v_proj.weight", 12, HIDDEN);
            add(layer + "self_attn.o_proj.weight", HIDDEN, 24);
            add(layer + "mlp.gate_proj.weight", 64, HIDDEN);
            add(layer + "mlp.up_proj.weight", 64, HIDDEN);
            add(layer + "mlp.down_proj.weight", HIDDEN, 64);
            add(layer + "input_layernorm.weight", HIDDEN);
            add(layer + "post_attention_layernorm.weight", HIDDEN);
        }
        add(text + "norm.weight", HIDDEN);
        add("language_model.lm_head.weight", VOCABULARY, HIDDEN);
    }

    private void addLinear(String name, long in, long out) {
        add(name + ".weight", out, in);
        add(name + ".bias", out);
    }

    private void addNorm(String name, long size) {
        add(name + ".weight", size);
        add(name + ".bias", size);
    }

    /** Matrices keep the variance of what they multiply, about; vectors are near one. */
    private void add(String name, long... shape) {
        List<Long> dimensions = Arrays.stream(shape).boxed().toList();
        long elements = dimensions.stream().reduce(1L, Math::multiplyExact);
        double scale = shape.length == 1 ? 0.3 : 1.5 / Math.sqrt(elements / (double) shape[0]);
        float[] values = new float[(int) elements];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((shape.length == 1 ? 1 : 0) + scale * random.nextGaussian());
        }
        tensors.put(name, new Tensor(dimensions, values));
    }
}
