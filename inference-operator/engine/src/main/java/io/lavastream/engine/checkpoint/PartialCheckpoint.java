package io.lavastream.engine.checkpoint;

import io.lavastream.engine.CheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A directory in the original layout that has only what was trained: a projector ({@code
 * mm_projector.bin}), or a LoRA adapter with the weights that were trained whole ({@code
 * non_lora_trainables.bin}). It is merged over a base model.
 *
 * <p>Source: {@code haotian-liu/LLaVA: llava/model/builder.py}.
 */
final class PartialCheckpoint {
    private static final String PROJECTOR = "mm_projector.bin";
    private static final String TRAINED_WHOLE = "non_lora_trainables.bin";
    private static final String[] ADAPTERS = {"adapter_model.safetensors", "adapter_model.bin"};

    /** What the libraries put before a trained module's own name. */
    private static final String WRAPPER = "base_model.";

    private static final String MODEL = "model.";

    private PartialCheckpoint() {}

    /** What {@code directory} is, for a message; empty where it is complete. */
    static Optional<String> kind(Path directory) {
        boolean adapter = Files.exists(directory.resolve(LoraConfig.FILE));
        if (WeightFiles.existIn(directory)) {
            if (adapter) {
                throw new CheckpointException(
                        "%s: %s beside the weights of a whole model (expected: one of them)"
                                .formatted(directory, LoraConfig.FILE));
            }
            return Optional.empty();
        }
        if (adapter) {
            return Optional.of("a LoRA adapter alone");
        }
        return Files.exists(directory.resolve(PROJECTOR))
                ? Optional.of("a projector alone")
                : Optional.empty();
    }

    /**
     * The tensors of {@code base} with those of {@code directory} merged over them, by the names of
     * the original layout.
     *
     * @param files opens the files, and owns them
     * @param base the base model's tensors, by their names there
     */
    static Map<String, TensorSource> merge(
            Path directory, WeightFiles files, Map<String, TensorSource> base) {
        Map<String, TensorSource> merged = new LinkedHashMap<>(base);
        if (!Files.exists(directory.resolve(LoraConfig.FILE))) {
            merged.putAll(trained(files.tensors(directory.resolve(PROJECTOR))));
            return merged;
        }
        LoraConfig config = LoraConfig.read(directory);
        Path trainedWhole = directory.resolve(TRAINED_WHOLE);
        if (Files.exists(trainedWhole)) {
            merged.putAll(trained(files.tensors(trainedWhole)));
        }
        Path adapter =
                WeightFiles.firstOf(directory, ADAPTERS)
                        .orElseThrow(
                                () ->
                                        new CheckpointException(
                                                "%s: no adapter (expected: %s)"
                                                        .formatted(
                                                                directory,
                                                                String.join(" or ", ADAPTERS))));
        LoraAdapter.of(adapter, files.tensors(adapter), config).mergeOver(merged);
        return merged;
    }

    /** Strips {@code base_model.}, then a {@code model.} that stands twice. */
    private static Map<String, TensorSource> trained(Map<String, TensorSource> tensors) {
        Map<String, TensorSource> unwrapped = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> unwrapped.put(withoutPrefix(name, WRAPPER), tensor));
        if (unwrapped.keySet().stream().noneMatch(name -> name.startsWith(MODEL + MODEL))) {
            return unwrapped;
        }
        Map<String, TensorSource> trained = new LinkedHashMap<>();
        unwrapped.forEach((name, tensor) -> trained.put(withoutPrefix(name, MODEL), tensor));
        return trained;
    }

    static String withoutPrefix(String name, String prefix) {
        return name.startsWith(prefix) ? name.substring(prefix.length()) : name;
    }
}
