package io.lavastream.engine.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A LoRA adapter's {@code adapter_config.json}. Keys that are not known here must be off: newer
 * versions of the library add variants that merge in other ways.
 *
 * <p>Source of the keys: {@code huggingface/peft: src/peft/tuners/lora/config.py}.
 *
 * @param rank columns of B, rows of A ({@code r})
 * @param alpha the numerator of the scale ({@code lora_alpha})
 * @param targetModules the modules that have an adapter, by the end of their names
 */
record LoraConfig(int rank, double alpha, List<String> targetModules) {
    static final String FILE = "adapter_config.json";

    /** Read below, or without effect on what is merged. */
    private static final Set<String> KNOWN =
            Set.of(
                    "r",
                    "lora_alpha",
                    "target_modules",
                    "peft_type",
                    "bias",
                    "init_lora_weights",
                    "task_type",
                    "base_model_name_or_path",
                    "inference_mode",
                    "lora_dropout",
                    "revision",
                    "auto_mapping",
                    "exclude_modules",
                    "megatron_core",
                    "peft_version");

    LoraConfig {
        targetModules = List.copyOf(targetModules);
    }

    static LoraConfig read(Path directory) {
        ConfigObject config = ConfigObject.read(directory.resolve(FILE));
        config.oneOf("peft_type", "LORA", "LORA");
        config.oneOf("bias", "none", "none");
        requireOrdinaryStart(config);
        for (String key : config.keys()) {
            if (!KNOWN.contains(key) && !config.isOff(key)) {
                throw config.refused(key, "off: only W + alpha / r * B * A is implemented");
            }
        }
        return new LoraConfig(
                requiredRank(config), config.positive("lora_alpha", 8), targetModules(config));
    }

    /** What B * A is multiplied by. */
    double scale() {
        return alpha / rank;
    }

    /** Whether {@code module}, a dotted name, has an adapter. */
    boolean targets(String module) {
        return targetModules.stream()
                .anyMatch(target -> module.equals(target) || module.endsWith("." + target));
    }

    private static int requiredRank(ConfigObject config) {
        if (!config.has("r")) {
            throw config.refused("r", "the rank");
        }
        return config.count("r", 1);
    }

    /** Some ways to start an adapter's training change the base model, too. */
    private static void requireOrdinaryStart(ConfigObject config) {
        if (!config.isBoolean("init_lora_weights")) {
            config.oneOf("init_lora_weights", "gaussian", "gaussian");
        }
    }

    private static List<String> targetModules(ConfigObject config) {
        List<String> targets = new ArrayList<>();
        for (JsonNode target : config.list("target_modules")) {
            if (!target.isTextual()) {
                throw config.refused("target_modules", "a list of names");
            }
            targets.add(target.textValue());
        }
        if (targets.isEmpty()) {
            throw config.refused("target_modules", "a list of names");
        }
        return targets;
    }
}
