package io.lavastream.engine.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.lavastream.engine.CheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The open files of one checkpoint. Opens files and whole directories, and closes them all. Not
 * thread-safe.
 */
final class WeightFiles implements AutoCloseable {
    private static final String INDEX_SUFFIX = ".index.json";

    /** What a directory may have its weights in, first match first; as the library looks for it. */
    private static final List<String> NAMES =
            List.of(
                    "model.safetensors",
                    "model.safetensors" + INDEX_SUFFIX,
                    "pytorch_model.bin",
                    "pytorch_model.bin" + INDEX_SUFFIX);

    private final List<WeightFile> files = new ArrayList<>();

    /** Whether {@code directory} has the weights of a whole model, in any form. */
    static boolean existIn(Path directory) {
        return weightsOf(directory).isPresent();
    }

    /** All opened so far. */
    List<WeightFile> all() {
        return List.copyOf(files);
    }

    /** Opens one file: safetensors, or torch by any other ending. */
    WeightFile open(Path path) {
        WeightFile file =
                path.getFileName().toString().endsWith(".safetensors")
                        ? SafetensorsFile.open(path)
                        : TorchFile.open(path);
        files.add(file);
        return file;
    }

    /** The tensors of one file, by their names there. */
    Map<String, TensorSource> tensors(Path path) {
        Map<String, TensorSource> tensors = new LinkedHashMap<>();
        WeightFile file = open(path);
        file.tensors().forEach((name, info) -> tensors.put(name, new StoredTensor(file, info)));
        return tensors;
    }

    /**
     * The tensors of a model directory, by their names there, and opens its files: one file, or an
     * index with its shards.
     *
     * @throws CheckpointException if there are no weights, or a file is missing or malformed
     */
    Map<String, TensorSource> directory(Path directory) {
        Path weights =
                weightsOf(directory)
                        .orElseThrow(
                                () ->
                                        new CheckpointException(
                                                "%s: no weights (expected: one of %s)"
                                                        .formatted(
                                                                directory,
                                                                String.join(", ", NAMES))));
        return weights.toString().endsWith(INDEX_SUFFIX) ? shards(weights) : tensors(weights);
    }

    @Override
    public void close() {
        files.forEach(WeightFile::close);
    }

    private static Optional<Path> weightsOf(Path directory) {
        return NAMES.stream().map(directory::resolve).filter(Files::exists).findFirst();
    }

    private Map<String, TensorSource> shards(Path index) {
        JsonNode weightMap = JsonFiles.readObject(index).path("weight_map");
        if (!weightMap.isObject() || weightMap.isEmpty()) {
            throw new CheckpointException(
                    "%s: weight_map: %s (expected: an object from tensor to file)"
                            .formatted(index, ConfigObject.shown(weightMap)));
        }
        Map<String, WeightFile> shards = new TreeMap<>();
        for (String name : shardNames(index, weightMap)) {
            shards.put(name, open(index.resolveSibling(name)));
        }
        Map<String, TensorSource> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : weightMap.properties()) {
            WeightFile shard = shards.get(entry.getValue().textValue());
            TensorInfo tensor = shard.tensors().get(entry.getKey());
            if (tensor == null) {
                throw new CheckpointException(
                        "%s: tensor %s: missing (expected: here, by %s)"
                                .formatted(shard.path(), entry.getKey(), index.getFileName()));
            }
            tensors.put(entry.getKey(), new StoredTensor(shard, tensor));
        }
        return tensors;
    }

    private static Set<String> shardNames(Path index, JsonNode weightMap) {
        Set<String> names = new TreeSet<>();
        for (Map.Entry<String, JsonNode> entry : weightMap.properties()) {
            String name = entry.getValue().textValue();
            if (name == null || !name.matches("[A-Za-z0-9_][A-Za-z0-9_.-]*")) {
                throw new CheckpointException(
                        "%s: tensor %s: file: %s (expected: the name of a file beside the index)"
                                .formatted(
                                        index,
                                        entry.getKey(),
                                        ConfigObject.shown(entry.getValue())));
            }
            names.add(name);
        }
        return names;
    }

    /** The first of {@code names} that is in {@code directory}. */
    static Optional<Path> firstOf(Path directory, String... names) {
        return Stream.of(names).map(directory::resolve).filter(Files::exists).findFirst();
    }
}
