package io.lavastream.engine.image;

import java.util.List;

/**
 * Where an image lies on the canvas whose tiles the vision tower sees: in its middle, as large as
 * fits. Source: {@code haotian-liu/LLaVA: llava/mm_utils.py: select_best_resolution,
 * resize_and_pad_image}.
 *
 * @param image size as decoded
 * @param canvas a whole number of tiles
 * @param tile side of a tile in pixels
 * @param resized size on the canvas; one side is the canvas's
 */
record Tiling(Resolution image, Resolution canvas, int tile, Resolution resized) {
    /**
     * On the canvas of {@code canvases} that keeps most of the image's pixels, and of these on the
     * smallest; the first of equals.
     */
    static Tiling of(Resolution image, List<Resolution> canvases, int tile) {
        return on(select(image, canvases), image, tile);
    }

    static Tiling on(Resolution canvas, Resolution image, int tile) {
        return new Tiling(image, canvas, tile, fit(image, canvas));
    }

    private static Resolution select(Resolution image, List<Resolution> canvases) {
        Resolution best = canvases.get(0);
        long mostKept = -1;
        for (Resolution canvas : canvases) {
            double scale =
                    Math.min(
                            (double) canvas.width() / image.width(),
                            (double) canvas.height() / image.height());
            long width = (long) (image.width() * scale);
            long height = (long) (image.height() * scale);
            long kept = Math.min(width * height, image.pixels());
            if (kept > mostKept || (kept == mostKept && canvas.pixels() < best.pixels())) {
                mostKept = kept;
                best = canvas;
            }
        }
        return best;
    }

    /** The tight side is the canvas's, the other rounded up. */
    private static Resolution fit(Resolution image, Resolution canvas) {
        double across = (double) canvas.width() / image.width();
        double down = (double) canvas.height() / image.height();
        if (across < down) {
            int height = (int) Math.ceil(image.height() * across);
            return new Resolution(canvas.width(), Math.min(height, canvas.height()));
        }
        int width = (int) Math.ceil(image.width() * down);
        return new Resolution(Math.min(width, canvas.width()), canvas.height());
    }

    /** Tiles beside each other. */
    int columns() {
        return canvas.width() / tile;
    }

    /** Tiles below each other. */
    int rows() {
        return canvas.height() / tile;
    }

    /** Of the image on the canvas. */
    int left() {
        return (canvas.width() - resized.width()) / 2;
    }

    /** Of the image on the canvas. */
    int top() {
        return (canvas.height() - resized.height()) / 2;
    }
}
