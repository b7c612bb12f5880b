package io.lavastream.engine.checkpoint;

import io.lavastream.engine.checkpoint.LlavaConfig.Projector;
import java.util.ArrayList;
import java.util.List;

/**
 * Names and shapes of all tensors that a published checkpoint of a configuration has, in the order
 * of {@code llava-hf/llava-1.5-7b-hf} or of {@code liuhaotian/llava-v1.5-7b}.
 */
public final class ModelTensors {
    private static final int CHANNELS = 3;

    private final LlavaConfig config;
    private final List<TensorShape> tensors = new ArrayList<>();

    private ModelTensors(LlavaConfig config) {
        this.config = config;
    }

    /** The names of the Hugging Face layout, vision tower included: those that a model asks for. */
    public static List<TensorShape> huggingFace(LlavaConfig config) {
        ModelTensors model = new ModelTensors(config);
        model.vision("vision_tower.vision_model.");
        model.projector("multi_modal_projector.linear_1.", "multi_modal_projector.linear_2.");
        model.text("language_model.model.", false);
        model.head("language_model.lm_head.weight");
        return List.copyOf(model.tensors);
    }

    /**
     * Those of {@link #huggingFace} that a model is made of: the vision tower's upper end, above the
     * selected hidden state, is published but not used.
     */
    public static List<TensorShape> used(LlavaConfig config) {
        return huggingFace(config).stream()
                .filter(tensor -> isUsed(tensor.name(), config))
                .toList();
    }

    private static boolean isUsed(String name, LlavaConfig config) {
        if (name.contains("post_layernorm")) {
            return false;
        }
        for (int i = config.visionLayers(); i < config.vision().layers(); i++) {
            if (name.contains("encoder.layers.%d.".formatted(i))) {
                return false;
            }
        }
        return true;
    }

    /** The names of the original layout: no vision tower, and rotary frequencies that nobody reads. */
    public static List<TensorShape> original(LlavaConfig config) {
        ModelTensors model = new ModelTensors(config);
        model.text("model.", true);
        model.head("lm_head.weight");
        model.projector("model.mm_projector.0.", "model.mm_projector.2.");
        return List.copyOf(model.tensors);
    }

    /** The names of a vision tower in a CLIP directory. */
    public static List<TensorShape> clip(LlavaConfig config) {
        ModelTensors model = new ModelTensors(config);
        model.vision("vision_model.");
        return List.copyOf(model.tensors);
    }

    private void vision(String prefix) {
        ClipVisionConfig vision = config.vision();
        int hidden = vision.hiddenSize();
        add(prefix + "embeddings.class_embedding", hidden);
        add(
                prefix + "embeddings.patch_embedding.weight",
                hidden,
                CHANNELS,
                vision.patchSize(),
                vision.patchSize());
        add(prefix + "embeddings.position_embedding.weight", 1L + vision.patches(), hidden);
        norm(prefix + "pre_layrnorm.", hidden); // The misspelling is the checkpoint's own.
        for (int i = 0; i < vision.layers(); i++) {
            visionLayer(prefix + "encoder.layers.%d.".formatted(i), vision);
        }
        norm(prefix + "post_layernorm.", hidden);
    }

    private void visionLayer(String prefix, ClipVisionConfig vision) {
        int hidden = vision.hiddenSize();
        for (String name : List.of("k_proj.", "v_proj.", "q_proj.", "out_proj.")) {
            linear(prefix + "self_attn." + name, hidden, hidden);
        }
        norm(prefix + "layer_norm1.", hidden);
        linear(prefix + "mlp.fc1.", vision.intermediateSize(), hidden);
        linear(prefix + "mlp.fc2.", hidden, vision.intermediateSize());
        norm(prefix + "layer_norm2.", hidden);
    }

    private void projector(String first, String second) {
        int hidden = config.text().hiddenSize();
        linear(first, hidden, config.vision().hiddenSize());
        if (config.projector() == Projector.MLP2X_GELU) {
            linear(second, hidden, hidden);
        }
    }

    private void text(String prefix, boolean frequencies) {
        LlamaConfig text = config.text();
        add(prefix + "embed_tokens.weight", text.vocabularySize(), text.hiddenSize());
        for (int i = 0; i < text.layers(); i++) {
            String layer = prefix + "layers.%d.".formatted(i);
            attention(layer + "self_attn.", text);
            if (frequencies) {
                add(layer + "self_attn.rotary_emb.inv_freq", text.headSize() / 2);
            }
            add(layer + "mlp.gate_proj.weight", text.intermediateSize(), text.hiddenSize());
            add(layer + "mlp.up_proj.weight", text.intermediateSize(), text.hiddenSize());
            add(layer + "mlp.down_proj.weight", text.hiddenSize(), text.intermediateSize());
            add(layer + "input_layernorm.weight", text.hiddenSize());
            add(layer + "post_attention_layernorm.weight", text.hiddenSize());
        }
        add(prefix + "norm.weight", text.hiddenSize());
    }

    private void attention(String prefix, LlamaConfig text) {
        long queries = (long) text.heads() * text.headSize();
        long keyValues = (long) text.keyValueHeads() * text.headSize();
        add(prefix + "q_proj.weight", queries, text.hiddenSize());
        add(prefix + "k_proj.weight", keyValues, text.hiddenSize());
        add(prefix + "v_proj.weight", keyValues, text.hiddenSize());
        add(prefix + "o_proj.weight", text.hiddenSize(), queries);
    }

    private void head(String name) {
        if (!config.tieWordEmbeddings()) {
            add(name, config.text().vocabularySize(), config.text().hiddenSize());
        }
    }

    private void linear(String prefix, long out, long in) {
        add(prefix + "weight", out, in);
        add(prefix + "bias", out);
    }

    private void norm(String prefix, long size) {
        add(prefix + "weight", size);
        add(prefix + "bias", size);
    }

    private void add(String name, long... shape) {
        tensors.add(TensorShape.of(name, shape));
    }
}
