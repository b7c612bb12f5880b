package io.lavastream.engine.image;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * SHA-256 of all that a model sees of an image: its tiles' pixels and sides, and the rows that they become in a prompt, in
 * which its width and height and the preprocessing show. Within one model, images of one digest are the same image.
 */
public record ImageDigest(long first, long second, long third, long fourth) {
    private static final int BUFFER = 1 << 16;

    /** Reads every pixel: a millisecond or two a tile, so not for the engine thread. */
    public static ImageDigest of(TiledImage image) {
        MessageDigest sha256 = sha256();
        ByteBuffer bytes = ByteBuffer.allocate(BUFFER);
        putInt(bytes, sha256, image.tiles().size());
        for (PixelValues tile : image.tiles()) {
            putInt(bytes, sha256, tile.size());
            for (float value : tile.values()) {
                putInt(bytes, sha256, Float.floatToRawIntBits(value));
            }
        }
        for (int i = 0; i < image.rows().length(); i++) {
            putInt(bytes, sha256, image.rows().source(i));
        }
        flush(bytes, sha256);
        ByteBuffer digest = ByteBuffer.wrap(sha256.digest());
        return new ImageDigest(
                digest.getLong(), digest.getLong(), digest.getLong(), digest.getLong());
    }

    private static void putInt(ByteBuffer bytes, MessageDigest sha256, int value) {
        bytes.putInt(value);
        if (!bytes.hasRemaining()) {
            flush(bytes, sha256);
        }
    }

    private static void flush(ByteBuffer bytes, MessageDigest sha256) {
        sha256.update(bytes.flip());
        bytes.clear();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
