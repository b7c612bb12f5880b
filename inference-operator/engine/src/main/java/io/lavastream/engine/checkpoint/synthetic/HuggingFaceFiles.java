package io.lavastream.engine.checkpoint.synthetic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lavastream.engine.checkpoint.ClipVisionConfig;
import io.lavastream.engine.checkpoint.LlamaConfig;
import io.lavastream.engine.checkpoint.LlavaConfig;
import io.lavastream.engine.checkpoint.TensorType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The files beside the weights, as {@code llava-hf/llava-1.5-7b-hf} has them. */
final class HuggingFaceFiles {
    /** The same whatever the model's size. */
    private static final List<String> CONSTANT =
            List.of(
                    "added_tokens.json",
                    "generation_config.json",
                    "preprocessor_config.json",
                    "processor_config.json",
                    "special_tokens_map.json",
                    "tokenizer_config.json");

    private static final String LIBRARY = "4.36.0.dev0";

    private HuggingFaceFiles() {}

    static void write(Path directory, LlavaConfig model, TensorType type) throws IOException {
        JsonText.copy("", CONSTANT, directory);
        JsonText.write(directory.resolve("config.json"), config(model, type));
    }

    private static JsonNode config(LlavaConfig model, TensorType type) {
        String dtype = JsonText.dtype(type);
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        config.putArray("architectures").add("LlavaForConditionalGeneration");
        config.put("ignore_index", -100)
                .put("image_token_index", model.imageTokenId().orElseThrow())
                .put("model_type", "llava")
                .put("pad_token_id", model.padTokenId().orElseThrow())
                .put("projector_hidden_act", "gelu");
        putText(config.putObject("text_config"), model.text(), dtype);
        config.put("tie_word_embeddings", false)
                .put("torch_dtype", dtype)
                .put("transformers_version", LIBRARY);
        putVision(config.putObject("vision_config"), model.vision());
        config.put("vision_feature_layer", -2)
                .put("vision_feature_select_strategy", "default")
                .put("vocab_size", model.text().vocabularySize());
        return config;
    }

    /** What equals the library's defaults, LLaMA 7B, is left out. */
    private static void putText(ObjectNode config, LlamaConfig text, String dtype) {
        config.putArray("architectures").add("LlamaForCausalLM");
        putUnless(4096, config, "hidden_size", text.hiddenSize());
        putUnless(11_008, config, "intermediate_size", text.intermediateSize());
        config.put("max_position_embeddings", text.maxPositions()).put("model_type", "llama");
        putUnless(32, config, "num_attention_heads", text.heads());
        putUnless(32, config, "num_hidden_layers", text.layers());
        putUnless(32, config, "num_key_value_heads", text.keyValueHeads());
        config.put("rms_norm_eps", 1e-5)
                .put("torch_dtype", dtype)
                .put("vocab_size", text.vocabularySize());
    }

    private static void putUnless(int implied, ObjectNode config, String key, int value) {
        if (value != implied) {
            config.put(key, value);
        }
    }

    static void putVision(ObjectNode config, ClipVisionConfig vision) {
        config.put("hidden_size", vision.hiddenSize())
                .put("image_size", vision.imageSize())
                .put("intermediate_size", vision.intermediateSize())
                .put("model_type", "clip_vision_model")
                .put("num_attention_heads", vision.heads())
                .put("num_hidden_layers", vision.layers())
                .put("patch_size", vision.patchSize())
                .put("projection_dim", 768)
                .put("vocab_size", 32_000);
    }
}
