package io.lavastream.engine.image;

import java.time.Duration;

/**
 * How large an image may be. Checked on the file's header: a file of kilobytes can decode to gigabytes.
 *
 * @param maxBytes of the file
 * @param maxSide width and height in pixels
 * @param maxPixels width times height
 * @param maxSampleBytes bytes of the decoded samples before they are made RGB: pixels times channels times bytes a sample
 * @param maxReading how long a file may be read for, which its header does not tell
 */
public record ImageLimits(
        int maxBytes, int maxSide, int maxPixels, int maxSampleBytes, Duration maxReading) {
    public ImageLimits {
        require(maxBytes, "max-bytes");
        require(maxSide, "max-side");
        require(maxPixels, "max-pixels");
        require(maxSampleBytes, "max-sample-bytes");
        require(maxReading.toMillis(), "max-reading");
    }

    /**
     * 32 MiB of file, 16384 pixels a side, 2^25 pixels, 128 MiB of samples (all channels of 8 bits, 2^24 pixels of 16-bit
     * RGBA), and 10 seconds. With 96 MiB of RGB and a copy of the file, an image takes at most 288 MiB; two fit a heap of 1 GiB.
     */
    public static ImageLimits defaults() {
        return new ImageLimits(32 << 20, 16_384, 1 << 25, 1 << 27, Duration.ofSeconds(10));
    }

    private static void require(long value, String name) {
        if (value < 1) {
            throw new IllegalArgumentException("%s: %d (expected: >= 1)".formatted(name, value));
        }
    }
}
