package io.lavastream.engine.checkpoint.synthetic;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lavastream.engine.checkpoint.ClipVisionConfig;
import io.lavastream.engine.checkpoint.LlamaConfig;
import io.lavastream.engine.checkpoint.LlavaConfig;
import io.lavastream.engine.checkpoint.TensorShape;
import io.lavastream.engine.checkpoint.TensorType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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
        for (String name : CONSTANT) {
            try (InputStream file = HuggingFaceFiles.class.getResourceAsStream(name)) {
                Files.copy(file, directory.resolve(name));
            }
        }
        write(directory.resolve("config.json"), config(model, type));
    }

    /** Tells which shard holds which tensor. */
    static void writeIndex(Path file, Map<String, SafetensorsShard> shards, TensorType type)
            throws IOException {
        Map<String, String> files = new TreeMap<>();
        long bytes = 0;
        for (Map.Entry<String, SafetensorsShard> shard : shards.entrySet()) {
            for (TensorShape tensor : shard.getValue().tensors()) {
                files.put(tensor.name(), shard.getKey());
                bytes += tensor.elements() * type.bytes();
            }
        }
        ObjectNode index = JsonNodeFactory.instance.objectNode();
        index.putObject("metadata").put("total_size", bytes);
        ObjectNode weightMap = index.putObject("weight_map");
        files.forEach(weightMap::put);
        write(file, index);
    }

    private static JsonNode config(LlavaConfig model, TensorType type) {
        String dtype =
                switch (type) {
                    case F16 -> "float16";
                    case BF16 -> "bfloat16";
                    default -> "float32";
                };
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

    private static void putVision(ObjectNode config, ClipVisionConfig vision) {
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

    private static void write(Path file, JsonNode json) throws IOException {
        DefaultPrettyPrinter printer =
                new DefaultPrettyPrinter()
                        .withArrayIndenter(new DefaultIndenter("  ", "\n"))
                        .withObjectIndenter(new DefaultIndenter("  ", "\n"));
        Files.writeString(
                file, JsonMapper.builder().build().writer(printer).writeValueAsString(json) + "\n");
    }
}
