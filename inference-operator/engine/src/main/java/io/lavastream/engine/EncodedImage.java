package io.lavastream.engine;

import java.nio.ByteBuffer;

/** An image file as it came: PNG, JPEG, GIF, BMP or WebP bytes. Immutable by agreement: the array is not copied. */
public final class EncodedImage {
    private final byte[] bytes;

    private EncodedImage(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Takes over {@code bytes}: the caller must not change them afterwards. */
    public static EncodedImage of(byte[] bytes) {
        return new EncodedImage(bytes);
    }

    /** The file's size in bytes. */
    public int size() {
        return bytes.length;
    }

    /** A read-only view of the file, positioned at its start. */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }
}
