package io.lavastream.engine.checkpoint;

import io.lavastream.engine.CheckpointException;
import io.lavastream.engine.CheckpointSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An open model: a directory in the Hugging Face or in the original layout, with the vision tower
 * and the base model that it may need.
 *
 * <p>Tensors are asked for by the names of the published {@code llava-hf/llava-1.5} checkpoints;
 * those of newer library versions and of the original layout are understood. Opening reads
 * configuration and headers only. Not thread-safe; the caller closes it, and may do so as soon as
 * the model is loaded.
 */
public final class Checkpoint implements AutoCloseable {
    /** Stands at the end of each row of a tiled image's features, [hidden size]; optional. */
    public static final String IMAGE_NEWLINE = "image_newline";

    private final CheckpointSource source;
    private final LlavaConfig config;
    private final WeightFiles files;
    private final Map<String, TensorSource> tensors;
    private final String revision;
    private final String visionTower;

    Checkpoint(
            CheckpointSource source,
            LlavaConfig config,
            WeightFiles files,
            Map<String, TensorSource> tensors,
            List<Path> directories,
            String visionTower) {
        this.source = source;
        this.config = config;
        this.files = files;
        this.tensors = tensors;
        this.revision = Revision.of(directories, files.all());
        this.visionTower = visionTower;
    }

    /** Opens a complete model; see {@link #open(CheckpointSource)}. */
    public static Checkpoint open(Path directory) {
        return open(CheckpointSource.of(directory));
    }

    /**
     * Opens {@code source} and checks its configuration and the headers of all its files.
     *
     * @throws CheckpointException in one line: the file, the key or tensor, the value found and the
     *     value expected
     */
    public static Checkpoint open(CheckpointSource source) {
        requireDirectory(source.directory(), "a model directory");
        source.base().ifPresent(base -> requireDirectory(base, "the base model's directory"));
        source.visionTower().ifPresent(tower -> requireDirectory(tower, "a CLIP directory"));
        WeightFiles files = new WeightFiles();
        try {
            return CheckpointAssembly.assemble(source, files);
        } catch (RuntimeException e) {
            files.close();
            throw e;
        }
    }

    public Path directory() {
        return source.directory();
    }

    /** Where the tokenizer's files are: with the base model, if there is one. */
    public Path tokenizerDirectory() {
        return source.base().orElse(source.directory());
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

    /** Where the vision tower was found, and why there, in words for a person. */
    public String visionTower() {
        return visionTower;
    }

    public boolean contains(String tensor) {
        return tensors.containsKey(tensor);
    }

    /**
     * Checks that all tensors that the model is made of are there, of floats and of the shapes that
     * follow from the configuration. Reads nothing of the files.
     *
     * @throws CheckpointException naming the first that is not
     */
    public void requireTensors() {
        for (TensorShape tensor : ModelTensors.used(config)) {
            requireShape(tensor.name(), tensor.shape());
        }
    }

    /** Bytes of {@code tensor} in its file; the tensor must exist with {@code shape}, of floats. */
    public long requireShape(String tensor, List<Long> shape) {
        TensorSource found = require(tensor);
        if (!found.type().isFloat()) {
            throw new CheckpointException(
                    "%s: tensor %s: dtype %s (expected: F16, BF16 or F32)"
                            .formatted(found.file(), found.name(), found.type()));
        }
        if (!found.shape().equals(shape)) {
            throw new CheckpointException(
                    "%s: tensor %s: shape %s (expected: %s from config.json)"
                            .formatted(found.file(), found.name(), found.shape(), shape));
        }
        return found.bytes();
    }

    /**
     * Reads {@code tensor}, widened to float32, from its file into {@code sink}.
     *
     * @throws CheckpointException if it is missing, has no float type that is read, or its file has
     *     become shorter
     */
    public void read(String tensor, FloatSink sink) {
        require(tensor).read(sink);
    }

    /**
     * Reads {@code tensor} as bits of {@code type}, F16 or BF16, rounded to the nearest where it is
     * stored in another. Exact where it is stored in that type.
     *
     * @throws CheckpointException as {@link #read(String, FloatSink)}
     */
    public void read(String tensor, TensorType type, HalfSink sink) {
        require(tensor).read(type, sink);
    }

    /** The type of {@code tensor}, which must exist: one that loses nothing of its values. */
    public TensorType type(String tensor) {
        return require(tensor).type();
    }

    /**
     * The vector after each row of a tiled image, [hidden size]; empty where the model has none.
     *
     * @throws CheckpointException if it has another shape
     */
    public Optional<float[]> imageNewline() {
        if (!contains(IMAGE_NEWLINE)) {
            return Optional.empty();
        }
        float[] newline = new float[config.text().hiddenSize()];
        requireShape(IMAGE_NEWLINE, List.of((long) newline.length));
        read(
                IMAGE_NEWLINE,
                (offset, values, count) ->
                        System.arraycopy(values, 0, newline, (int) offset, count));
        return Optional.of(newline);
    }

    @Override
    public void close() {
        files.close();
    }

    private TensorSource require(String tensor) {
        TensorSource found = tensors.get(tensor);
        if (found == null) {
            throw new CheckpointException(
                    "%s: tensor %s: missing (expected: in one of %d files of weights)"
                            .formatted(source.directory(), tensor, files.all().size()));
        }
        return found;
    }

    private static void requireDirectory(Path directory, String expected) {
        if (!Files.isDirectory(directory)) {
            throw new CheckpointException(
                    "%s: missing (expected: %s)".formatted(directory, expected));
        }
    }
}
