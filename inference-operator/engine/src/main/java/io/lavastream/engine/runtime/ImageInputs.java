package io.lavastream.engine.runtime;

import io.lavastream.engine.CheckpointException;
import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.ImageSettings;
import io.lavastream.engine.checkpoint.Layout;
import io.lavastream.engine.checkpoint.LlavaConfig;
import io.lavastream.engine.image.FeatureMerge;
import io.lavastream.engine.image.ImageInput;
import io.lavastream.engine.image.ImagePreprocessing;
import io.lavastream.engine.image.ImagePreprocessing.Mode;
import io.lavastream.engine.image.ImagePreprocessor;
import io.lavastream.engine.image.ImageTiler;
import io.lavastream.engine.image.OneTile;
import io.lavastream.engine.image.Resolution;
import io.lavastream.engine.image.TileSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * How a model's images are prepared: as its own files say, {@code preprocessor_config.json} in the
 * Hugging Face layout and {@code image_aspect_ratio} in the original, or as the configuration says.
 */
public final class ImageInputs {
    private final Checkpoint checkpoint;
    private final LlavaConfig model;
    private final ImagePreprocessing preprocessing;
    private final String origin;

    /**
     * For the mode of {@code config}, or without one the model's own.
     *
     * @throws CheckpointException if the model's files do not say how, or what does not fit the model
     */
    public ImageInputs(EngineConfig config, Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
        this.model = checkpoint.config();
        ImagePreprocessing own = ownPreprocessing();
        this.preprocessing =
                config.imageMode()
                        .map(mode -> own.withMode(Mode.valueOf(mode.toUpperCase(Locale.ROOT))))
                        .orElse(own);
        this.origin = config.imageMode().isPresent() ? Choice.AS_SET : ownOrigin();
    }

    /** The mode in use, as a setting calls it. */
    Choice mode() {
        return new Choice(name(), origin);
    }

    private String name() {
        return preprocessing.mode().name().toLowerCase(Locale.ROOT);
    }

    /** What of the model's own files says how its images are prepared. */
    private String ownOrigin() {
        if (model.layout() == Layout.ORIGINAL) {
            return preprocessing.mode() == Mode.CROP
                    ? "neither pad nor anyres as image_aspect_ratio in config.json"
                    : "image_aspect_ratio of config.json";
        }
        return preprocessing.mode() == Mode.CROP
                ? "no do_pad in preprocessor_config.json"
                : "do_pad of preprocessor_config.json";
    }

    /**
     * What prepares images so.
     *
     * @throws CheckpointException if the model lacks what the mode needs
     */
    public ImageInput open() {
        return switch (preprocessing.mode()) {
            case PAD, CROP ->
                    new OneTile(new ImagePreprocessor(preprocessing), model.imageTokens());
            case ANYRES -> tiler(canvases(), FeatureMerge.valueOf(model.images().merge().name()));
            case HD -> tiler(TileSettings.hdCanvases(preprocessing.size()), FeatureMerge.HD);
        };
    }

    private ImageInput tiler(List<Resolution> canvases, FeatureMerge merge) {
        if (merge.endsRows() && !checkpoint.contains(Checkpoint.IMAGE_NEWLINE)) {
            throw new CheckpointException(
                    "%s: tensor image_newline: missing (expected: for image mode %s)"
                            .formatted(checkpoint.directory(), name()));
        }
        if (merge != FeatureMerge.FLAT && model.imageTokens() != model.vision().patches()) {
            throw new CheckpointException(
                    "%s: image mode %s: features of the class token (expected: of patches alone)"
                            .formatted(checkpoint.directory().resolve("config.json"), name()));
        }
        return new ImageTiler(
                preprocessing,
                new TileSettings(canvases, merge, model.vision().grid(), model.imageTokens()));
    }

    private List<Resolution> canvases() {
        List<ImageSettings.Canvas> pinpoints = model.images().gridPinpoints();
        if (pinpoints.isEmpty()) {
            throw new CheckpointException(
                    "%s: image_grid_pinpoints: none (expected: some, for image mode anyres)"
                            .formatted(checkpoint.directory().resolve("config.json")));
        }
        return pinpoints.stream()
                .map(canvas -> new Resolution(canvas.width(), canvas.height()))
                .toList();
    }

    private ImagePreprocessing ownPreprocessing() {
        Path file = checkpoint.directory().resolve("preprocessor_config.json");
        int size = model.vision().imageSize();
        if (model.layout() == Layout.ORIGINAL) {
            Mode mode = Mode.valueOf(model.images().aspect().name());
            return Files.exists(file)
                    ? read(file, size).withMode(mode)
                    : ImagePreprocessing.clip(mode, size);
        }
        return read(file, size);
    }

    private ImagePreprocessing read(Path file, int size) {
        ImagePreprocessing read = ImagePreprocessing.read(checkpoint.directory());
        if (read.size() != size) {
            throw new CheckpointException(
                    "%s: crop_size: %d (expected: image_size %d of config.json)"
                            .formatted(file, read.size(), size));
        }
        return read;
    }
}
