package io.lavastream.engine.image;

import io.lavastream.engine.EngineException;
import io.lavastream.engine.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * What a JPEG says before its first scan (ITU-T T.81, annex B), and the file without its metadata.
 *
 * @param stripped the file without application and comment segments: thumbnails, profiles and EXIF change no
 *     pixel, but may keep a decoder from reading them
 */
@SuppressWarnings("ArrayRecordComponent") // Read once, never compared or kept.
record JpegFrame(int width, int height, JpegColors colors, byte[] stripped) {
    private static final int START_OF_SCAN = 0xDA;
    private static final int END_OF_IMAGE = 0xD9;
    private static final int FIRST_APPLICATION = 0xE0;
    private static final int ADOBE = 0xEE;
    private static final int LAST_APPLICATION = 0xEF;
    private static final int COMMENT = 0xFE;

    /** Progressive files have about 10. */
    private static final int MAX_SCANS = 100;

    /** Scans times pixels, a few seconds of decoding: 16 scans of the largest image, 100 of 5 megapixels. */
    private static final long MAX_SCANNED_PIXELS = 1L << 29;

    /**
     * @throws EngineException with {@link ErrorCode#IMAGE_UNSUPPORTED} for lossless, hierarchical and
     *     arithmetic coding, more than 8 bits, 2 or more than 4 components, and more scans than its size permits; with {@link
     *     ErrorCode#IMAGE_CORRUPT} if there is no frame before the first scan
     * @throws IndexOutOfBoundsException if the file ends before its first scan
     */
    static JpegFrame read(ByteBuffer file) {
        ByteArrayOutputStream stripped = new ByteArrayOutputStream(file.limit());
        copy(file, 0, 2, stripped);
        boolean jfif = false;
        int adobeTransform = JpegColors.NO_ADOBE;
        int frame = -1;
        int position = 2;
        while (true) {
            if (unsignedByte(file, position) != 0xFF) {
                position++; // Bytes between segments, which libjpeg skips too.
                continue;
            }
            int marker = unsignedByte(file, position + 1);
            if (marker == 0xFF || marker < 0xC0 || isStandalone(marker)) {
                position += marker == 0xFF ? 1 : 2;
                continue;
            }
            if (marker == START_OF_SCAN || marker == END_OF_IMAGE) {
                break;
            }
            int length = Short.toUnsignedInt(file.getShort(position + 2));
            if (marker == FIRST_APPLICATION && startsWith(file, position + 4, "JFIF\0")) {
                jfif = true;
            } else if (marker == ADOBE && startsWith(file, position + 4, "Adobe")) {
                adobeTransform = unsignedByte(file, position + 15);
            } else if (isFrame(marker)) {
                requireSupported(marker, unsignedByte(file, position + 4));
                frame = position;
            }
            boolean metadata =
                    marker == COMMENT
                            || (marker >= FIRST_APPLICATION && marker <= LAST_APPLICATION);
            if (!metadata) {
                copy(file, position, position + 2 + length, stripped);
            }
            position += 2 + length;
        }
        if (frame < 0) {
            throw new EngineException(
                    ErrorCode.IMAGE_CORRUPT, "image: JPEG without a frame (expected: one)");
        }
        int width = Short.toUnsignedInt(file.getShort(frame + 7));
        int height = Short.toUnsignedInt(file.getShort(frame + 5));
        requireFewScans(file, position, (long) width * height);
        copy(file, position, file.limit(), stripped);
        return new JpegFrame(
                width, height, colors(file, frame, jfif, adobeTransform), stripped.toByteArray());
    }

    private static JpegColors colors(ByteBuffer file, int frame, boolean jfif, int adobeTransform) {
        int components = unsignedByte(file, frame + 9);
        StringBuilder ids = new StringBuilder();
        for (int i = 0; i < components; i++) {
            ids.append((char) unsignedByte(file, frame + 10 + 3 * i));
        }
        return JpegColors.of(ids.toString(), jfif, adobeTransform);
    }

    private static boolean isStandalone(int marker) {
        return marker >= 0xD0 && marker <= 0xD8;
    }

    /** Start of frame of any coding: C0 to CF but tables (C4, C8, CC). */
    private static boolean isFrame(int marker) {
        return marker == 0xC0 || (marker > 0xC0 && marker <= 0xCF && marker % 4 != 0);
    }

    private static void requireSupported(int marker, int bits) {
        if (marker > 0xC2 || bits != 8) {
            throw new EngineException(
                    ErrorCode.IMAGE_UNSUPPORTED,
                    "image: JPEG of coding 0x%02X with %d bits (expected: 0xC0 to 0xC2, 8 bits)"
                            .formatted(marker, bits));
        }
    }

    /** Each scan passes over the whole image: a small file of many could take hours. */
    private static void requireFewScans(ByteBuffer file, int from, long pixels) {
        int scans = 0;
        for (int i = from; i < file.limit() - 1; i++) {
            if (unsignedByte(file, i) == 0xFF && unsignedByte(file, i + 1) == START_OF_SCAN) {
                scans++;
            }
        }
        long limit = Math.max(1, Math.min(MAX_SCANS, MAX_SCANNED_PIXELS / Math.max(1, pixels)));
        if (scans > limit) {
            throw new EngineException(
                    ErrorCode.IMAGE_UNSUPPORTED,
                    "image: JPEG of %d pixels in %d scans (limit: %d)"
                            .formatted(pixels, scans, limit));
        }
    }

    private static boolean startsWith(ByteBuffer file, int position, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (unsignedByte(file, position + i) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static void copy(ByteBuffer file, int from, int to, ByteArrayOutputStream target) {
        byte[] segment = new byte[to - from];
        file.get(from, segment);
        target.writeBytes(segment);
    }

    private static int unsignedByte(ByteBuffer file, int position) {
        return file.get(position) & 0xFF;
    }
}
