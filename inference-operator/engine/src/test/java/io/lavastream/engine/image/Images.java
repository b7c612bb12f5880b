package io.lavastream.engine.image;

import io.lavastream.engine.EncodedImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import javax.imageio.ImageIO;

/** Images made for tests. */
final class Images {
    private Images() {}

    /** Noise of a fixed seed. */
    static RgbImage noise(int width, int height) {
        byte[] pixels = new byte[3 * width * height];
        new Random(width * 31L + height).nextBytes(pixels);
        return new RgbImage(width, height, pixels);
    }

    static EncodedImage encode(RgbImage image, String format) {
        return EncodedImage.of(bytes(image, format));
    }

    static byte[] bytes(RgbImage image, String format) {
        BufferedImage buffered =
                new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < image.width() * image.height(); i++) {
            int red = image.pixels()[3 * i] & 0xFF;
            int green = image.pixels()[3 * i + 1] & 0xFF;
            int blue = image.pixels()[3 * i + 2] & 0xFF;
            int rgb = (red << 16) | (green << 8) | blue;
            buffered.setRGB(i % image.width(), i / image.width(), rgb);
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(buffered, format, file)) {
                throw new IllegalArgumentException("format: " + format);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toByteArray();
    }
}
