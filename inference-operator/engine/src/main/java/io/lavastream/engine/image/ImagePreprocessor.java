package io.lavastream.engine.image;

import static java.util.Objects.requireNonNull;

import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.EngineException;
import io.lavastream.engine.image.ImagePreprocessing.Mode;

/**
 * From an image file to the vision tower's input, as the reference's processor does it ({@code
 * llava/mm_utils.py: process_images} with Hugging Face's {@code CLIPImageProcessor}): decode, pad or not,
 * bicubic resize of the shortest edge, centre crop, normalize. Safe for use by several threads.
 */
public final class ImagePreprocessor {
    private final ImagePreprocessing settings;
    private final ImageDecoder decoder;
    private final float[][] normalized = new float[3][256];

    /** With the {@link ImageLimits#defaults() default limits}. */
    public ImagePreprocessor(ImagePreprocessing settings) {
        this(settings, ImageLimits.defaults());
    }

    public ImagePreprocessor(ImagePreprocessing settings, ImageLimits limits) {
        this.settings = requireNonNull(settings, "settings");
        if (settings.mode() != Mode.PAD && settings.mode() != Mode.CROP) {
            throw new IllegalArgumentException(
                    "mode: %s (expected: PAD or CROP)".formatted(settings.mode()));
        }
        this.decoder = new ImageDecoder(limits);
        for (int channel = 0; channel < 3; channel++) {
            for (int value = 0; value < 256; value++) {
                normalized[channel][value] =
                        (float)
                                ((value / 255.0 - settings.mean().get(channel))
                                        / settings.std().get(channel));
            }
        }
    }

    /**
     * The tower's input for {@code image}.
     *
     * @throws EngineException as {@link ImageDecoder#decode}
     */
    public PixelValues process(EncodedImage image) {
        return normalize(resize(decoder.decode(image)));
    }

    /** [size, size, 3], before normalization. */
    byte[] resize(RgbImage image) {
        int size = settings.size();
        if (settings.mode() == Mode.PAD) {
            return BicubicResize.centre(Canvas.square(image, background()), size, size, size);
        }
        long shortest = Math.min(image.width(), image.height());
        int width = (int) (size * (long) image.width() / shortest);
        int height = (int) (size * (long) image.height() / shortest);
        return BicubicResize.centre(Canvas.of(image), width, height, size);
    }

    /** {@code pixels} are [size, size, 3]. */
    PixelValues normalize(byte[] pixels) {
        int plane = settings.size() * settings.size();
        float[] values = new float[3 * plane];
        for (int i = 0; i < plane; i++) {
            for (int channel = 0; channel < 3; channel++) {
                values[channel * plane + i] = normalized[channel][pixels[3 * i + channel] & 0xFF];
            }
        }
        return new PixelValues(settings.size(), values);
    }

    private int background() {
        return (settings.background(0) << 16)
                | (settings.background(1) << 8)
                | settings.background(2);
    }
}
