package io.lavastream.job.images;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.List;

/** Tells image files by how they begin, whatever their sender says of them. */
final class ImageSignature {
    /** Bytes that decide. */
    static final int LENGTH = 12;

    private static final List<String> BEGINNINGS =
            List.of("\u0089PNG\r\n\u001a\n", "\u00ff\u00d8\u00ff", "GIF87a", "GIF89a", "BM");

    private ImageSignature() {}

    /** Whether a file that begins so may be one of those that the engine decodes: PNG, JPEG, GIF, BMP, WebP. */
    static boolean isImage(byte[] bytes, int length) {
        String start = new String(bytes, 0, Math.min(length, LENGTH), ISO_8859_1);
        boolean webp = start.startsWith("RIFF") && start.startsWith("WEBP", 8);
        return webp || BEGINNINGS.stream().anyMatch(start::startsWith);
    }
}
