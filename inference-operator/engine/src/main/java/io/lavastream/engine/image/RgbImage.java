package io.lavastream.engine.image;

/**
 * A decoded image.
 *
 * @param pixels [height, width, 3], 8 bits a channel; owned by this record, not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // Megabytes, and only ever handed on.
public record RgbImage(int width, int height, byte[] pixels) {
    public RgbImage {
        if (width < 1 || height < 1 || pixels.length != 3 * width * height) {
            throw new IllegalArgumentException(
                    "pixels: %d bytes (expected: 3 x %d x %d)"
                            .formatted(pixels.length, width, height));
        }
    }
}
