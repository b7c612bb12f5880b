package io.lavastream.engine.image;

/** A size in pixels: of an image, or of a canvas for tiles. */
public record Resolution(int width, int height) {
    public Resolution {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException(
                    "resolution: %d x %d (expected: at least 1 x 1)".formatted(width, height));
        }
    }

    long pixels() {
        return (long) width * height;
    }

    @Override
    public String toString() {
        return width + "x" + height;
    }
}
