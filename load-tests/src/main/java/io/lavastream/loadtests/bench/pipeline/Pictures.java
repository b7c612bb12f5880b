package io.lavastream.loadtests.bench.pipeline;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/**
 * Image files of noise, about as large as asked for. Each number has a file of other bytes: it follows the picture's end, where no
 * reader looks. The pixels come again after some of them, at most {@link #DISTINCT}. Immutable.
 */
final class Pictures {
    /** Far more than an engine has slots, so that none is reused. */
    private static final int DISTINCT = 200;

    private static final long MOST_BYTES = 64 << 20;
    private static final int BYTES_A_PIXEL = 3;

    private final List<byte[]> files;

    private Pictures(List<byte[]> files) {
        this.files = files;
    }

    /** None for 0 kilobytes. */
    static Pictures of(int kilobytes, long seed) {
        int side = (int) Math.round(Math.sqrt(kilobytes * 1000.0 / BYTES_A_PIXEL));
        SplittableRandom random = new SplittableRandom(seed);
        List<byte[]> files = new ArrayList<>();
        long most = Math.min(DISTINCT, MOST_BYTES / Math.max(1, kilobytes * 1000L));
        for (int i = 0; i < most && side > 0; i++) {
            files.add(noise(side, random));
        }
        return new Pictures(files);
    }

    boolean none() {
        return files.isEmpty();
    }

    /** The picture of question {@code number}: the same for the same number. */
    byte[] file(int number) {
        byte[] picture = files.get(Math.floorMod(number, files.size()));
        return ByteBuffer.allocate(picture.length + Integer.BYTES)
                .put(picture)
                .putInt(number)
                .array();
    }

    private static byte[] noise(int side, SplittableRandom random) {
        BufferedImage picture = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                picture.setRGB(x, y, random.nextInt());
            }
        }
        try {
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            ImageIO.write(picture, "png", file);
            return file.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // Memory does not fail to be written.
        }
    }
}
