package io.lavastream.engine.image;

/**
 * An image at its place on a larger ground of one colour, which is never built: a strip of 16384 x 1 would
 * need a square of 800 MB.
 *
 * @param left of the image on the canvas; {@code top} likewise
 * @param background 0xRRGGBB
 */
record Canvas(int width, int height, RgbImage image, int left, int top, int background) {
    /** The image alone. */
    static Canvas of(RgbImage image) {
        return new Canvas(image.width(), image.height(), image, 0, 0, 0);
    }

    /** The image in the middle of the smallest square that holds it. */
    static Canvas square(RgbImage image, int background) {
        int side = Math.max(image.width(), image.height());
        return new Canvas(
                side,
                side,
                image,
                (side - image.width()) / 2,
                (side - image.height()) / 2,
                background);
    }

    boolean holdsImage(int row) {
        return row >= top && row < top + image.height();
    }

    /** An empty row, [width, 3]. */
    byte[] ground() {
        byte[] row = new byte[3 * width];
        for (int i = 0; i < row.length; i++) {
            row[i] = (byte) (background >> (16 - 8 * (i % 3)));
        }
        return row;
    }

    /** Puts the image's pixels of {@code row} into {@code ground}, replacing those of another row. */
    void draw(int row, byte[] ground) {
        System.arraycopy(
                image.pixels(),
                3 * (row - top) * image.width(),
                ground,
                3 * left,
                3 * image.width());
    }
}
