package io.lavastream.engine.reference;

import io.lavastream.engine.image.PixelValues;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.imageio.ImageIO;

/**
 * Pixels of a case's images without a preprocessor of ours: the reference keeps some images already
 * padded or cropped and resized, as PNG; only the normalisation is done here.
 */
public final class PreparedImages {
    private static final double[] MEAN = {0.48145466, 0.4578275, 0.40821073};
    private static final double[] STD = {0.26862954, 0.26130258, 0.27577711};

    private PreparedImages() {}

    /** Whether the reference keeps every image of {@code golden} prepared for {@code side} pixels. */
    public static boolean has(GoldenCase golden, int side) {
        return golden.images().stream()
                .allMatch(image -> prepared(golden, image, side).isPresent());
    }

    /** The pixels of image {@code index} of {@code golden}, {@code side} by {@code side}. */
    public static PixelValues of(GoldenCase golden, int index, int side) {
        Path png = prepared(golden, golden.images().get(index), side).orElseThrow();
        try {
            return normalise(ImageIO.read(png.toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Path> prepared(GoldenCase golden, String image, int side) {
        Path file =
                Reference.path("preprocess/%s%d".formatted(golden.preprocess(), side))
                        .resolve(Path.of(image).getFileName() + ".png");
        return Optional.of(file).filter(Files::exists);
    }

    private static PixelValues normalise(BufferedImage image) {
        int side = image.getWidth();
        float[] values = new float[3 * side * side];
        for (int channel = 0; channel < 3; channel++) {
            for (int y = 0; y < side; y++) {
                for (int x = 0; x < side; x++) {
                    int level = image.getRGB(x, y) >> (16 - 8 * channel) & 0xff;
                    values[(channel * side + y) * side + x] =
                            (float) ((level / 255.0 - MEAN[channel]) / STD[channel]);
                }
            }
        }
        return new PixelValues(side, values);
    }
}
