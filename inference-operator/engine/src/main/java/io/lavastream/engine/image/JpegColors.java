package io.lavastream.engine.image;

import io.lavastream.engine.EngineException;
import io.lavastream.engine.ErrorCode;

/**
 * What a JPEG's components mean, and their conversion to RGB with libjpeg's integers and, for CMYK,
 * Pillow's.
 */
enum JpegColors {
    GREY,
    RGB,
    YCC,
    CMYK,
    YCCK;

    static final int NO_ADOBE = -1;

    /** libjpeg's rule ({@code jdapimin.c: default_decompress_parms}); {@code ids} one character each. */
    static JpegColors of(String ids, boolean jfif, int adobeTransform) {
        return switch (ids.length()) {
            case 1 -> GREY;
            case 3 -> {
                if (jfif) {
                    yield YCC;
                }
                boolean rgb = adobeTransform == NO_ADOBE ? ids.equals("RGB") : adobeTransform == 0;
                yield rgb ? RGB : YCC;
            }
            case 4 -> adobeTransform == NO_ADOBE || adobeTransform == 0 ? CMYK : YCCK;
            default ->
                    throw new EngineException(
                            ErrorCode.IMAGE_UNSUPPORTED,
                            "image: JPEG of %d components (expected: 1, 3 or 4)"
                                    .formatted(ids.length()));
        };
    }

    /** Components of a pixel. */
    int components() {
        return switch (this) {
            case GREY -> 1;
            case RGB, YCC -> 3;
            case CMYK, YCCK -> 4;
        };
    }

    /** Converts interleaved {@code components} at full resolution to RGB, written from {@code offset}. */
    void toRgb(byte[] components, byte[] rgb, int offset) {
        int step = components();
        for (int i = 0; i < components.length / step; i++) {
            int from = step * i;
            int to = offset + 3 * i;
            switch (this) {
                case GREY -> {
                    rgb[to] = components[from];
                    rgb[to + 1] = components[from];
                    rgb[to + 2] = components[from];
                }
                case RGB -> System.arraycopy(components, from, rgb, to, 3);
                case YCC -> yccToRgb(components, from, rgb, to);
                case CMYK -> invertedCmykToRgb(components, from, components[from + 3], rgb, to);
                case YCCK -> {
                    // YCC of a YCCK file give R, G, B, which libjpeg turns into C = 255 - R and so
                    // on.
                    yccToRgb(components, from, rgb, to);
                    for (int channel = 0; channel < 3; channel++) {
                        rgb[to + channel] = (byte) ~rgb[to + channel];
                    }
                    invertedCmykToRgb(rgb, to, components[from + 3], rgb, to);
                }
            }
        }
    }

    /** {@code jdcolor.c: ycc_rgb_convert}, 16 fraction bits. */
    private static void yccToRgb(byte[] ycc, int from, byte[] rgb, int to) {
        int y = ycc[from] & 0xFF;
        int cb = (ycc[from + 1] & 0xFF) - 128;
        int cr = (ycc[from + 2] & 0xFF) - 128;
        rgb[to] = clamp(y + ((91_881 * cr + 32_768) >> 16));
        rgb[to + 1] = clamp(y + ((-22_554 * cb - 46_802 * cr + 32_768) >> 16));
        rgb[to + 2] = clamp(y + ((116_130 * cb + 32_768) >> 16));
    }

    /** Pillow takes CMYK as inverted, after Adobe's custom, then multiplies: {@code Convert.c: cmyk2rgb}. */
    private static void invertedCmykToRgb(
            byte[] cmyk, int from, byte blackByte, byte[] rgb, int to) {
        int light = blackByte & 0xFF;
        for (int channel = 0; channel < 3; channel++) {
            int ink = 255 - (cmyk[from + channel] & 0xFF);
            int product = ink * light + 128;
            rgb[to + channel] = clamp(light - (((product >> 8) + product) >> 8));
        }
    }

    private static byte clamp(int value) {
        return (byte) Math.max(0, Math.min(255, value));
    }
}
