package io.lavastream.engine.image;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DirectColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/**
 * Pixels as a file states them, made RGB as Pillow's {@code convert("RGB")} does: no colour management, alpha
 * dropped, palettes looked up, grey repeated, 16-bit grey clipped, the high byte of other 16-bit samples.
 */
final class RasterColors {
    private RasterColors() {}

    static RgbImage toRgb(BufferedImage image) {
        Raster raster = image.getRaster();
        int width = raster.getWidth();
        int height = raster.getHeight();
        byte[] rgb = new byte[3 * width * height];
        int[] row = new int[width * raster.getNumBands()];
        for (int y = 0; y < height; y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            writeRow(row, image.getColorModel(), raster, rgb, 3 * width * y);
        }
        return new RgbImage(width, height, rgb);
    }

    private static void writeRow(
            int[] row, ColorModel model, Raster raster, byte[] rgb, int offset) {
        int bands = raster.getNumBands();
        int width = row.length / bands;
        for (int x = 0; x < width; x++) {
            int to = offset + 3 * x;
            for (int channel = 0; channel < 3; channel++) {
                int sample = row[x * bands + (bands < 3 ? 0 : channel)];
                int value;
                if (model instanceof IndexColorModel palette) {
                    value = palette.getRGB(sample) >> (16 - 8 * channel);
                } else if (model instanceof DirectColorModel) {
                    int bits = raster.getSampleModel().getSampleSize(channel);
                    value = sample * 255 / ((1 << bits) - 1);
                } else {
                    value = toByte(sample, raster, bands);
                }
                rgb[to + channel] = (byte) value;
            }
        }
    }

    private static int toByte(int sample, Raster raster, int bands) {
        boolean wide = raster.getSampleModel().getSampleSize(0) == 16;
        if (wide && bands == 1) {
            return Math.min(sample, 255); // Pillow's mode I, clipped: almost white.
        }
        return wide ? sample >> 8 : sample;
    }
}
