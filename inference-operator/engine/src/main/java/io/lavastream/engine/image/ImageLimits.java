package io.lavastream.engine.image;

/**
 * How large an image may be. Checked on the file's header: a file of kilobytes can decode to gigabytes.
 *
 * @param maxBytes of the file
 * @param maxSide width and height in pixels
 * @param maxPixels width times height
 */
public record ImageLimits(int maxBytes, int maxSide, int maxPixels) {
    public ImageLimits {
        require(maxBytes, "max-bytes");
        require(maxSide, "max-side");
        require(maxPixels, "max-pixels");
    }

    /** 32 MiB of file, 16384 pixels a side, 2^25 pixels, which decode to 96 MiB. */
    public static ImageLimits defaults() {
        return new ImageLimits(32 << 20, 16_384, 1 << 25);
    }

    private static void require(int value, String name) {
        if (value < 1) {
            throw new IllegalArgumentException("%s: %d (expected: >= 1)".formatted(name, value));
        }
    }
}
