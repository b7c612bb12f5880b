package io.lavastream.job.images;

import io.lavastream.schemas.FailureCode;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Collects an image file, as far as it is one and no larger than permitted. Used by one thread at a time. */
final class ImageBytes {
    private static final int FIRST_BYTES = 16 << 10;

    private final String source;
    private final int maxBytes;
    private byte[] bytes;
    private int size;

    /** @param source whose file it is, for messages: {@code host 'a.example'} */
    ImageBytes(String source, int maxBytes) {
        this.source = source;
        this.maxBytes = maxBytes;
        bytes = new byte[Math.min(maxBytes, FIRST_BYTES)];
    }

    /**
     * Takes over what remains in {@code more}.
     *
     * @throws ImageException when it becomes too large, or is no image
     */
    void add(ByteBuffer more) {
        int added = more.remaining();
        if (added > maxBytes - size) {
            throw new ImageException(
                    FailureCode.IMAGE_TOO_LARGE,
                    false,
                    "%s sends more than %d bytes".formatted(source, maxBytes));
        }
        if (size + added > bytes.length) {
            int doubled = (int) Math.min(maxBytes, 2L * bytes.length);
            bytes = Arrays.copyOf(bytes, Math.max(doubled, size + added));
        }
        more.get(bytes, size, added);
        boolean decided = size >= ImageSignature.LENGTH;
        size += added;
        if (!decided && size >= ImageSignature.LENGTH) {
            requireImage();
        }
    }

    /**
     * All of it.
     *
     * @throws ImageException when it is no image
     */
    byte[] complete() {
        requireImage();
        return Arrays.copyOf(bytes, size);
    }

    private void requireImage() {
        if (!ImageSignature.isImage(bytes, size)) {
            throw new ImageException(
                    FailureCode.IMAGE_UNSUPPORTED,
                    false,
                    "%s sends no image (expected: PNG, JPEG, GIF, BMP or WebP)".formatted(source));
        }
    }
}
