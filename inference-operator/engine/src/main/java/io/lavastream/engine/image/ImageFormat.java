package io.lavastream.engine.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The supported formats, told by a file's first bytes and never by its name or declared type. */
enum ImageFormat {
    PNG,
    JPEG,
    GIF,
    BMP,
    WEBP;

    /** The format of {@code file}; empty if it is none of these. */
    static Optional<ImageFormat> of(ByteBuffer file) {
        byte[] start = new byte[Math.min(12, file.remaining())];
        file.get(file.position(), start);
        String magic = new String(start, StandardCharsets.ISO_8859_1);
        if (magic.startsWith("\u0089PNG\r\n\u001A\n")) {
            return Optional.of(PNG);
        }
        if (magic.startsWith("\u00FF\u00D8\u00FF")) {
            return Optional.of(JPEG);
        }
        if (magic.startsWith("GIF87a") || magic.startsWith("GIF89a")) {
            return Optional.of(GIF);
        }
        if (magic.startsWith("BM")) {
            return Optional.of(BMP);
        }
        boolean webp = magic.startsWith("RIFF") && magic.startsWith("WEBP", 8);
        return webp ? Optional.of(WEBP) : Optional.empty();
    }
}
