package io.lavastream.engine.checkpoint;

import io.lavastream.engine.CheckpointException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The matrices of a LoRA adapter, in pairs, by the weight that each pair adds to. */
final class LoraAdapter {
    /** {@code base_model.model.MODULE.lora_A.weight}; an adapter's name may stand before weight. */
    private static final Pattern NAME =
            Pattern.compile("base_model\\.model\\.(.+)\\.lora_([AB])(?:\\.default)?\\.weight");

    private final Path file;
    private final LoraConfig config;
    private final Map<String, TensorSource> a = new TreeMap<>();
    private final Map<String, TensorSource> b = new TreeMap<>();

    private LoraAdapter(Path file, LoraConfig config) {
        this.file = file;
        this.config = config;
    }

    /**
     * The adapter in {@code file}.
     *
     * @throws CheckpointException if a tensor is no half of a pair, or its module is no target
     */
    static LoraAdapter of(Path file, Map<String, TensorSource> tensors, LoraConfig config) {
        LoraAdapter adapter = new LoraAdapter(file, config);
        tensors.forEach(adapter::add);
        adapter.requirePairs();
        return adapter;
    }

    /** Replaces each weight that has an adapter by the merged one. */
    void mergeOver(Map<String, TensorSource> weights) {
        a.forEach(
                (module, matrix) -> {
                    String weight = module + ".weight";
                    TensorSource base = weights.get(weight);
                    if (base == null) {
                        throw refused(matrix.name(), "no weight " + weight, "one in the base");
                    }
                    weights.put(weight, LoraTensor.of(base, matrix, b.get(module), config));
                });
    }

    private void add(String name, TensorSource tensor) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            throw refused(name, "another name", "base_model.model.MODULE.lora_A.weight or lora_B");
        }
        String module = matcher.group(1);
        if (!config.targets(module)) {
            throw refused(name, "module " + module, "one of target_modules");
        }
        Map<String, TensorSource> half = matcher.group(2).equals("A") ? a : b;
        if (half.put(module, tensor) != null) {
            throw refused(name, "twice", "once");
        }
    }

    private void requirePairs() {
        if (!a.keySet().equals(b.keySet())) {
            String alone =
                    a.keySet().stream()
                            .filter(module -> !b.containsKey(module))
                            .findFirst()
                            .orElseGet(
                                    () ->
                                            b.keySet().stream()
                                                    .filter(module -> !a.containsKey(module))
                                                    .findFirst()
                                                    .orElseThrow());
            throw new CheckpointException(
                    "%s: module %s: one half of a pair (expected: lora_A and lora_B)"
                            .formatted(file, alone));
        }
        if (a.isEmpty()) {
            throw new CheckpointException(
                    "%s: no tensors (expected: lora_A and lora_B of target_modules)"
                            .formatted(file));
        }
    }

    private CheckpointException refused(String tensor, String found, String expected) {
        return new CheckpointException(
                "%s: tensor %s: %s (expected: %s)".formatted(file, tensor, found, expected));
    }
}
