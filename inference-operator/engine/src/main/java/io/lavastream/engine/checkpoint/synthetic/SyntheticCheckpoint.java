package io.lavastream.engine.checkpoint.synthetic;

import io.lavastream.engine.checkpoint.ImageSettings;
import io.lavastream.engine.checkpoint.Layout;
import io.lavastream.engine.checkpoint.LlamaConfig;
import io.lavastream.engine.checkpoint.LlavaConfig;
import io.lavastream.engine.checkpoint.LlavaConfig.FeatureSelection;
import io.lavastream.engine.checkpoint.LlavaConfig.Projector;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.checkpoint.ModelTensors;
import io.lavastream.engine.checkpoint.TensorShape;
import io.lavastream.engine.checkpoint.TensorType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * A checkpoint of the published names, shapes and files, with random weights: to load and run models
 * of real size where the real weights are not at hand. The same settings give the same bytes.
 *
 * @param shape sizes of the model
 * @param type of every weight: F16, BF16 or F32
 * @param layers decoder layers, where not those of {@code shape}
 * @param seed of the weights
 */
public record SyntheticCheckpoint(
        ModelShape shape, TensorType type, OptionalInt layers, long seed) {
    /** As the library cuts checkpoints: beyond 4 GiB, where offsets no longer fit 32 bits. */
    private static final long SHARD_BYTES = 5_000_000_000L;

    private static final int VOCABULARY = 32_064;
    private static final int IMAGE_TOKEN = 32_000;
    private static final int PAD_TOKEN = 32_001;
    private static final int EOS_TOKEN = 2;

    public SyntheticCheckpoint {
        if (!type.isFloat()) {
            throw new IllegalArgumentException(
                    "dtype: %s (expected: F16, BF16 or F32)".formatted(type));
        }
        if (layers.isPresent() && (layers.getAsInt() < 1 || layers.getAsInt() > 1000)) {
            throw new IllegalArgumentException(
                    "layers: %d (expected: 1 to 1000)".formatted(layers.getAsInt()));
        }
    }

    /** Every tensor, in the published order. */
    public List<TensorShape> tensors() {
        return ModelTensors.huggingFace(config());
    }

    /** Bytes of all weights. */
    public long bytes() {
        return tensors().stream().mapToLong(TensorShape::elements).sum() * type.bytes();
    }

    /**
     * Writes the checkpoint to {@code directory}, which is made; a tokenizer is not part of it. Takes
     * a megabyte of memory, whatever the size. A write that fails leaves its files behind.
     *
     * @param progress is told the bytes of weights written, and of all
     * @throws IllegalArgumentException if the directory is not empty, or its disk has no room
     */
    public void write(Path directory, LoadProgress progress) {
        try {
            Files.createDirectories(directory);
            requireEmpty(directory);
            requireRoom(directory);
            HuggingFaceFiles.write(directory, config(), type);
            writeWeights(directory, progress);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    LlavaConfig config() {
        LlamaConfig text = shape.text(VOCABULARY);
        return new LlavaConfig(
                Layout.HUGGING_FACE,
                shape.vision(),
                layers.isPresent() ? text.withLayers(layers.getAsInt()) : text,
                Projector.MLP2X_GELU,
                shape.vision().layers() - 1,
                FeatureSelection.PATCHES,
                ImageSettings.CROP,
                OptionalInt.of(IMAGE_TOKEN),
                OptionalInt.of(PAD_TOKEN),
                List.of(EOS_TOKEN),
                OptionalInt.empty(),
                false);
    }

    private void writeWeights(Path directory, LoadProgress progress) throws IOException {
        Map<String, SafetensorsShard> shards =
                named(SafetensorsShard.cut(tensors(), type, SHARD_BYTES));
        long total = bytes();
        long[] done = {0};
        LongConsumer written = count -> progress.loaded(done[0] += count, total);
        for (Map.Entry<String, SafetensorsShard> shard : shards.entrySet()) {
            shard.getValue().write(directory.resolve(shard.getKey()), type, seed, written);
        }
        if (shards.size() > 1) {
            HuggingFaceFiles.writeIndex(
                    directory.resolve("model.safetensors.index.json"), shards, type);
        }
    }

    private static Map<String, SafetensorsShard> named(List<SafetensorsShard> shards) {
        Map<String, SafetensorsShard> named = new LinkedHashMap<>();
        for (int i = 0; i < shards.size(); i++) {
            named.put(
                    shards.size() == 1
                            ? "model.safetensors"
                            : "model-%05d-of-%05d.safetensors".formatted(i + 1, shards.size()),
                    shards.get(i));
        }
        return named;
    }

    private static void requireEmpty(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            if (files.findAny().isPresent()) {
                throw new IllegalArgumentException(
                        "%s: not empty (expected: a new directory)".formatted(directory));
            }
        }
    }

    private void requireRoom(Path directory) throws IOException {
        long room = Files.getFileStore(directory).getUsableSpace();
        if (room < bytes()) {
            throw new IllegalArgumentException(
                    "%s: room for %.1f GB (expected: %.1f GB for the weights)"
                            .formatted(directory, room / 1e9, bytes() / 1e9));
        }
    }
}
