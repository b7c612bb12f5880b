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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * A checkpoint of the published names, shapes and files, with random weights: to load and run models
 * of real size where the real weights are not at hand. The same settings give the same bytes, and
 * the same seed the same values in both layouts.
 *
 * @param layout in which it is written
 * @param shape sizes of the model
 * @param type of every weight: F16, BF16 or F32; a vision tower in a directory of its own is F32, as
 *     the published one is
 * @param layers decoder layers, where not those of {@code shape}
 * @param seed of the weights
 */
public record SyntheticCheckpoint(
        Layout layout, ModelShape shape, TensorType type, OptionalInt layers, long seed) {
    private static final int VOCABULARY = 32_000;
    private static final int EOS_TOKEN = 2;
    private static final int UNKNOWN_TOKEN = 0;

    /** The Hugging Face layout adds rows for the placeholders of image and padding, and for round numbers. */
    private static final int PADDED_VOCABULARY = 32_064;

    private static final int IMAGE_TOKEN = 32_000;
    private static final int PAD_TOKEN = 32_001;

    private static final TensorType TOWER_TYPE = TensorType.F32;

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

    /** Every tensor of the model's own directory, in the published order. */
    public List<TensorShape> tensors() {
        return switch (layout) {
            case HUGGING_FACE -> ModelTensors.huggingFace(config());
            case ORIGINAL -> ModelTensors.original(config());
        };
    }

    /** Bytes of all weights in the model's own directory. */
    public long bytes() {
        return model(Path.of("")).bytes();
    }

    /** Where the vision tower of a model in {@code directory} goes: beside it in the original layout, else inside. */
    public Optional<Path> towerDirectory(Path directory) {
        return layout == Layout.ORIGINAL
                ? Optional.of(directory.toAbsolutePath().normalize().resolveSibling(towerName()))
                : Optional.empty();
    }

    /**
     * Writes the checkpoint to {@code directory}, which is made; a tokenizer is not part of it. Takes
     * a megabyte of memory, whatever the size. A vision tower that is there already is left as it is. A
     * write that fails leaves its files behind.
     *
     * @param progress is told the bytes of weights written, and of all
     * @throws IllegalArgumentException if the directory is not empty, or its disk has no room
     */
    public void write(Path directory, LoadProgress progress) {
        try {
            Files.createDirectories(directory);
            requireEmpty(directory);
            List<WeightSet> sets = new ArrayList<>(List.of(model(directory)));
            Optional<Path> tower = towerDirectory(directory).filter(path -> !Files.exists(path));
            tower.ifPresent(path -> sets.add(tower(path)));
            requireRoom(directory, sets);
            if (tower.isPresent()) {
                Files.createDirectories(tower.get());
                OriginalFiles.writeTower(tower.get(), config(), TOWER_TYPE);
            }
            writeFiles(directory);
            writeWeights(sets, progress);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    LlavaConfig config() {
        boolean padded = layout == Layout.HUGGING_FACE;
        LlamaConfig text = shape.text(padded ? PADDED_VOCABULARY : VOCABULARY);
        return new LlavaConfig(
                layout,
                shape.vision(),
                layers.isPresent() ? text.withLayers(layers.getAsInt()) : text,
                Projector.MLP2X_GELU,
                shape.vision().layers() - 1,
                FeatureSelection.PATCHES,
                ImageSettings.CROP,
                padded ? OptionalInt.of(IMAGE_TOKEN) : OptionalInt.empty(),
                OptionalInt.of(padded ? PAD_TOKEN : UNKNOWN_TOKEN),
                List.of(EOS_TOKEN),
                OptionalInt.empty(),
                false);
    }

    private void writeFiles(Path directory) throws IOException {
        switch (layout) {
            case HUGGING_FACE -> HuggingFaceFiles.write(directory, config(), type);
            case ORIGINAL ->
                    OriginalFiles.write(directory, config(), type, "openai/" + towerName());
        }
    }

    private void writeWeights(List<WeightSet> sets, LoadProgress progress) throws IOException {
        long total = sets.stream().mapToLong(WeightSet::bytes).sum();
        long[] done = {0};
        LongConsumer written = count -> progress.loaded(done[0] += count, total);
        for (WeightSet set : sets) {
            set.write(seed, written);
        }
    }

    /** The name says the sizes, by which a model finds its tower. */
    private String towerName() {
        return "clip-vit-%s-patch%d-%d"
                .formatted(
                        shape == ModelShape.TINY ? "tiny" : "large",
                        shape.vision().patchSize(),
                        shape.vision().imageSize());
    }

    private WeightSet model(Path directory) {
        return new WeightSet(
                directory,
                layout == Layout.ORIGINAL ? WeightFormat.TORCH : WeightFormat.SAFETENSORS,
                tensors().stream()
                        .map(
                                tensor ->
                                        SyntheticTensor.of(
                                                tensor, layout.published(tensor.name()), type))
                        .toList());
    }

    private WeightSet tower(Path directory) {
        return new WeightSet(
                directory,
                WeightFormat.TORCH,
                ModelTensors.clip(config()).stream()
                        .map(
                                tensor ->
                                        SyntheticTensor.of(
                                                tensor,
                                                "vision_tower." + tensor.name(),
                                                TOWER_TYPE))
                        .toList());
    }

    private static void requireEmpty(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            if (files.findAny().isPresent()) {
                throw new IllegalArgumentException(
                        "%s: not empty (expected: a new directory)".formatted(directory));
            }
        }
    }

    private static void requireRoom(Path directory, List<WeightSet> sets) throws IOException {
        long room = Files.getFileStore(directory).getUsableSpace();
        long bytes = sets.stream().mapToLong(WeightSet::bytes).sum();
        if (room < bytes) {
            throw new IllegalArgumentException(
                    "%s: room for %.1f GB (expected: %.1f GB for the weights)"
                            .formatted(directory, room / 1e9, bytes / 1e9));
        }
    }
}
