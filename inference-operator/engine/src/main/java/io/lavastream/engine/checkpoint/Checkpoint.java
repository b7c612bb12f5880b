package io.lavastream.engine.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.lavastream.engine.CheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * An open model directory in the Hugging Face layout: {@code config.json} and {@code
 * model.safetensors}, or {@code model.safetensors.index.json} with its shards.
 *
 * <p>Tensors are asked for by the names of the published {@code llava-hf/llava-1.5} checkpoints;
 * the prefixes of newer library versions are understood. Opening reads configuration and headers
 * only. Not thread-safe; the caller closes it, and may do so as soon as the model is loaded.
 */
public final class Checkpoint implements AutoCloseable {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    /** A tensor and the file that holds it. */
    private record Location(SafetensorsFile file, TensorInfo tensor) {}

    private final Path directory;
    private final LlavaConfig config;
    private final List<SafetensorsFile> files;
    private final Map<String, Location> tensors;
    private final String revision;

    private Checkpoint(
            Path directory,
            LlavaConfig config,
            List<SafetensorsFile> files,
            Map<String, Location> tensors) {
        this.directory = directory;
        this.config = config;
        this.files = files;
        this.tensors = tensors;
        this.revision = Revision.of(directory, files);
    }

    /**
     * Opens {@code directory} and checks its configuration and the headers of all its shards.
     *
     * @throws CheckpointException in one line: the file, the key or tensor, the value found and the
     *     value expected
     */
    public static Checkpoint open(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new CheckpointException(
                    "%s: missing (expected: a model directory)".formatted(directory));
        }
        LlavaConfig config = LlavaConfigReader.read(directory);
        List<SafetensorsFile> files = new ArrayList<>();
        try {
            Map<String, Location> tensors = new TreeMap<>();
            if (Files.exists(directory.resolve(SINGLE))) {
                SafetensorsFile file = open(directory.resolve(SINGLE), files);
                file.tensors().values().forEach(tensor -> add(tensors, file, tensor));
            } else {
                addShards(directory, files, tensors);
            }
            return new Checkpoint(directory, config, List.copyOf(files), tensors);
        } catch (RuntimeException e) {
            files.forEach(SafetensorsFile::close);
            throw e;
        }
    }

    public Path directory() {
        return directory;
    }

    public LlavaConfig config() {
        return config;
    }

    /**
     * Short digest over configuration, tokenizer files and weight headers; see {@link Revision}.
     */
    public String revision() {
        return revision;
    }

    public boolean contains(String tensor) {
        return tensors.containsKey(tensor);
    }

    /** Bytes of {@code tensor} in its file; the tensor must exist with {@code shape}. */
    public long requireShape(String tensor, List<Long> shape) {
        Location location = require(tensor);
        if (!location.tensor().shape().equals(shape)) {
            throw new CheckpointException(
                    "%s: tensor %s: shape %s (expected: %s from config.json)"
                            .formatted(
                                    location.file().path(),
                                    location.tensor().name(),
                                    location.tensor().shape(),
                                    shape));
        }
        return location.tensor().bytes();
    }

    /**
     * Reads {@code tensor}, widened to float32, from its shard into {@code sink}.
     *
     * @throws CheckpointException if it is missing, has no float type that is read, or its shard
     *     has become shorter
     */
    public void read(String tensor, FloatSink sink) {
        Location location = require(tensor);
        location.file().read(location.tensor(), sink);
    }

    @Override
    public void close() {
        files.forEach(SafetensorsFile::close);
    }

    private Location require(String tensor) {
        Location location = tensors.get(tensor);
        if (location == null) {
            throw new CheckpointException(
                    "%s: tensor %s: missing (expected: in one of %d safetensors files)"
                            .formatted(directory, tensor, files.size()));
        }
        return location;
    }

    private static void addShards(
            Path directory, List<SafetensorsFile> files, Map<String, Location> tensors) {
        Path index = directory.resolve(INDEX);
        if (!Files.exists(index)) {
            throw new CheckpointException(
                    "%s: no weights (expected: %s, or %s with its shards)"
                            .formatted(directory, SINGLE, INDEX));
        }
        JsonNode weightMap = JsonFiles.readObject(index).path("weight_map");
        if (!weightMap.isObject() || weightMap.isEmpty()) {
            throw new CheckpointException(
                    "%s: weight_map: %s (expected: an object from tensor to file)"
                            .formatted(index, ConfigObject.shown(weightMap)));
        }
        Map<String, SafetensorsFile> shards = new TreeMap<>();
        for (String name : shardNames(index, weightMap)) {
            shards.put(name, open(directory.resolve(name), files));
        }
        for (Map.Entry<String, JsonNode> entry : weightMap.properties()) {
            SafetensorsFile shard = shards.get(entry.getValue().textValue());
            TensorInfo tensor = shard.tensors().get(entry.getKey());
            if (tensor == null) {
                throw new CheckpointException(
                        "%s: tensor %s: missing (expected: here, by %s)"
                                .formatted(shard.path(), entry.getKey(), INDEX));
            }
            add(tensors, shard, tensor);
        }
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

    private static SafetensorsFile open(Path path, List<SafetensorsFile> files) {
        SafetensorsFile file = SafetensorsFile.open(path);
        files.add(file);
        return file;
    }

    private static void add(
            Map<String, Location> tensors, SafetensorsFile file, TensorInfo tensor) {
        String published = TensorNames.published(tensor.name());
        Location other = tensors.put(published, new Location(file, tensor));
        if (other != null) {
            throw new CheckpointException(
                    "%s: tensor %s: the same as %s of %s (expected: once)"
                            .formatted(
                                    file.path(),
                                    tensor.name(),
                                    other.tensor().name(),
                                    other.file().path().getFileName()));
        }
    }
}
