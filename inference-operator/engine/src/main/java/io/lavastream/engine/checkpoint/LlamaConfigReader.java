package io.lavastream.engine.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * Reads the language model's keys, which stand in {@code text_config} or, in the original layout,
 * at the top. Published files leave out what equals the library's defaults, so these stand here; a
 * key that would change the maths and is not implemented stops the load.
 *
 * <p>Source of the defaults: {@code huggingface/transformers:
 * src/transformers/models/{llama,mistral}/configuration_*.py}.
 */
final class LlamaConfigReader {
    private static final int DEFAULT_EOS = 2;

    /** Keys of {@code rope_parameters} that are understood. */
    private static final List<String> ROPE_KEYS = List.of("rope_type", "type", "rope_theta");

    private LlamaConfigReader() {}

    /** Reads {@code text} with the defaults of {@code mistral}, or else of LLaMA. */
    static LlamaConfig read(ConfigObject text, boolean mistral) {
        text.oneOf("hidden_act", "silu", "silu");
        text.requireAbsent("rope_scaling");
        text.requireAbsent("quantization_config");
        text.requireFlag("attention_bias", false);
        text.requireFlag("mlp_bias", false);
        if (text.positive("partial_rotary_factor", 1) != 1) {
            throw text.refused("partial_rotary_factor", "1: nothing else is implemented");
        }
        requireFullAttention(text, mistral);

        int hiddenSize = text.count("hidden_size", 4096);
        int heads = text.count("num_attention_heads", 32);
        int keyValueHeads = text.count("num_key_value_heads", mistral ? 8 : heads);
        if (heads % keyValueHeads != 0) {
            throw text.refused("num_key_value_heads", "a divisor of %d heads".formatted(heads));
        }
        if (!text.has("head_dim") && hiddenSize % heads != 0) {
            throw text.refused("hidden_size", "a multiple of %d heads".formatted(heads));
        }
        int headSize = text.count("head_dim", hiddenSize / heads);
        if (headSize % 2 != 0) {
            throw text.refused("head_dim", "an even number, not %d".formatted(headSize));
        }
        return new LlamaConfig(
                text.count("vocab_size", 32_000),
                hiddenSize,
                text.count("intermediate_size", mistral ? 14_336 : 11_008),
                text.count("num_hidden_layers", 32),
                heads,
                keyValueHeads,
                headSize,
                text.count("max_position_embeddings", mistral ? 131_072 : 2_048),
                (float) text.positive("rms_norm_eps", 1e-6),
                ropeBase(text));
    }

    /** {@code generation_config.json} decides, then {@code text}, then {@code top}. */
    static List<Integer> eosTokenIds(ConfigObject generation, ConfigObject text, ConfigObject top) {
        List<Integer> fromTop = top.ids("eos_token_id", List.of(DEFAULT_EOS));
        return generation.ids("eos_token_id", text.ids("eos_token_id", fromTop));
    }

    /** Mistral's own default is a window of 4096, so there its absence says something. */
    private static void requireFullAttention(ConfigObject text, boolean mistral) {
        text.requireAbsent("sliding_window");
        text.requireFlag("use_sliding_window", false);
        for (JsonNode type : text.list("layer_types")) {
            if (!"full_attention".equals(type.textValue())) {
                throw text.refused("layer_types", "full_attention in every layer");
            }
        }
        if (mistral && !text.mentions("sliding_window")) {
            throw text.refused(
                    "sliding_window", "null: the default of 4096 positions is not implemented");
        }
    }

    /**
     * Newer files write {@code rope_parameters: {rope_theta, rope_type}} for {@code rope_theta}.
     */
    private static double ropeBase(ConfigObject text) {
        ConfigObject parameters = text.object("rope_parameters");
        for (String key : parameters.keys()) {
            if (!ROPE_KEYS.contains(key)) {
                throw parameters.refused(key, "null: only %s are implemented".formatted(ROPE_KEYS));
            }
        }
        parameters.oneOf("rope_type", "default", "default");
        parameters.oneOf("type", "default", "default");
        return parameters.positive("rope_theta", text.positive("rope_theta", 10_000));
    }
}
