package io.lavastream.loadtests.hostile;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** Small sound pictures, one of each format that the service reads: what mutations begin with. */
final class Pictures {
    private static final int WIDTH = 48;
    private static final int HEIGHT = 32;

    /** One pixel each; the JDK writes no WebP. */
    private static final List<String> WEBP =
            List.of(
                    "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==",
                    "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA");

    private Pictures() {}

    static List<byte[]> sound() {
        return Stream.concat(
                        Stream.of("png", "jpg", "gif", "bmp").map(Pictures::written),
                        WEBP.stream().map(Base64.getDecoder()::decode))
                .toList();
    }

    private static byte[] written(String format) {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, WIDTH, HEIGHT);
        graphics.setColor(Color.RED);
        graphics.fillOval(8, 4, 24, 24);
        graphics.dispose();
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, format, file)) {
                throw new IllegalStateException("the JDK does not write " + format);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toByteArray();
    }
}
