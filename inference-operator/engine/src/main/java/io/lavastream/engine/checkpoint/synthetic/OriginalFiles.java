package io.lavastream.engine.checkpoint.synthetic;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lavastream.engine.checkpoint.LlamaConfig;
import io.lavastream.engine.checkpoint.LlavaConfig;
import io.lavastream.engine.checkpoint.TensorType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The files beside the weights, as {@code liuhaotian/llava-v1.5-7b} and its CLIP directory have them. */
final class OriginalFiles {
    private static final String FOLDER = "original/";

    /** The same whatever the model's size. */
    private static final List<String> CONSTANT =
            List.of("generation_config.json", "special_tokens_map.json", "tokenizer_config.json");

    private static final String LIBRARY = "4.31.0";

    private OriginalFiles() {}

    /** Those of the model, whose vision tower is called {@code tower}. */
    static void write(Path directory, LlavaConfig model, TensorType type, String tower)
            throws IOException {
        JsonText.copy(FOLDER, CONSTANT, directory);
        JsonText.write(directory.resolve("config.json"), config(model, type, tower));
    }

    /** Those of the vision tower of {@code model}. */
    static void writeTower(Path directory, LlavaConfig model, TensorType type) throws IOException {
        JsonText.copy(FOLDER, List.of("preprocessor_config.json"), directory);
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        config.putArray("architectures").add("CLIPVisionModel");
        HuggingFaceFiles.putVision(config, model.vision());
        config.put("torch_dtype", JsonText.dtype(type));
        JsonText.write(directory.resolve("config.json"), config);
    }

    private static ObjectNode config(LlavaConfig model, TensorType type, String tower) {
        LlamaConfig text = model.text();
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        config.putArray("architectures").add("LlavaLlamaForCausalLM");
        config.put("bos_token_id", 1)
                .put("eos_token_id", model.eosTokenIds().get(0))
                .put("freeze_mm_mlp_adapter", false)
                .put("freeze_mm_vision_resampler", false)
                .put("hidden_act", "silu")
                .put("hidden_size", text.hiddenSize())
                .put("image_aspect_ratio", "pad")
                .put("initializer_range", 0.02)
                .put("intermediate_size", text.intermediateSize())
                .put("max_length", 4096)
                .put("max_position_embeddings", text.maxPositions())
                .put("mm_hidden_size", model.vision().hiddenSize())
                .put("mm_projector_type", "mlp2x_gelu")
                .putNull("mm_resampler_type")
                .put("mm_use_im_patch_token", false)
                .put("mm_use_im_start_end", false)
                .put("mm_vision_select_feature", "patch")
                .put("mm_vision_select_layer", -2)
                .put("mm_vision_tower", tower)
                .put("model_type", "llava")
                .put("num_attention_heads", text.heads())
                .put("num_hidden_layers", text.layers())
                .put("num_key_value_heads", text.keyValueHeads())
                .put("pad_token_id", model.padTokenId().orElseThrow())
                .put("pretraining_tp", 1)
                .put("rms_norm_eps", 1e-5)
                .putNull("rope_scaling")
                .put("tie_word_embeddings", false)
                .put("torch_dtype", JsonText.dtype(type))
                .put("transformers_version", LIBRARY)
                .put("tune_mm_mlp_adapter", false)
                .put("tune_mm_vision_resampler", false)
                .put("unfreeze_mm_vision_tower", false)
                .put("use_cache", true)
                .put("use_mm_proj", true)
                .put("vocab_size", text.vocabularySize());
        return config;
    }
}
