package io.lavastream.engine.image;

import static java.util.Objects.requireNonNull;

import io.lavastream.engine.CheckpointException;
import java.nio.file.Path;
import java.util.List;

/**
 * What is done to an image before the vision tower sees it.
 *
 * @param size side of the result in pixels
 * @param mean of each channel, of values from 0 to 1
 * @param std of each channel
 */
public record ImagePreprocessing(Mode mode, int size, List<Double> mean, List<Double> std) {
    /** Largest side of a tower's input; CLIP's are 224 and 336. */
    static final int MAX_SIZE = 4096;

    private static final List<Double> CLIP_MEAN = List.of(0.48145466, 0.4578275, 0.40821073);
    private static final List<Double> CLIP_STD = List.of(0.26862954, 0.26130258, 0.27577711);

    /** What becomes of an image that is not square. */
    public enum Mode {
        /** Set on a square of the mean colour: LLaVA-1.5's {@code image_aspect_ratio: pad}. */
        PAD,
        /** Its centre is kept. */
        CROP,
        /** Cut into tiles, beside the whole image squeezed into one: LLaVA-1.6. */
        ANYRES,
        /** Cut into tiles, beside the whole image padded: LLaVA-1.5-HD. */
        HD
    }

    public ImagePreprocessing {
        requireNonNull(mode, "mode");
        if (size < 1 || size > MAX_SIZE) {
            throw new IllegalArgumentException(
                    "size: %d (expected: 1 to %d)".formatted(size, MAX_SIZE));
        }
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        if (mean.size() != 3 || std.size() != 3 || std.contains(0.0)) {
            throw new IllegalArgumentException(
                    "mean %s, std %s (expected: three numbers each, std not 0)"
                            .formatted(mean, std));
        }
    }

    /** CLIP's normalization, for directories without {@code preprocessor_config.json}. */
    public static ImagePreprocessing clip(Mode mode, int size) {
        return new ImagePreprocessing(mode, size, CLIP_MEAN, CLIP_STD);
    }

    /**
     * Reads {@code preprocessor_config.json}: padding if it says {@code do_pad}, else cropping.
     *
     * @throws CheckpointException if the file is absent, malformed, or asks for what would change pixels and
     *     is not supported
     */
    public static ImagePreprocessing read(Path modelDirectory) {
        return PreprocessorConfig.read(modelDirectory.resolve("preprocessor_config.json"));
    }

    public ImagePreprocessing withMode(Mode other) {
        return new ImagePreprocessing(other, size, mean, std);
    }

    /** Colour of the padding, 0 to 255: the reference's {@code int(mean * 255)}. */
    int background(int channel) {
        return (int) (mean.get(channel) * 255);
    }
}
