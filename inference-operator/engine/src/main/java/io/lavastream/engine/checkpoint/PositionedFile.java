package io.lavastream.engine.checkpoint;

import io.lavastream.engine.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that is read by position, never mapped: a user's file that is overwritten while it is
 * mapped kills the JVM. Not thread-safe. The owner closes it.
 */
final class PositionedFile implements AutoCloseable {
    /** Bytes read at a time: large enough for the disk, small beside any model. */
    private static final int PIECE_BYTES = 1 << 20;

    private final Path path;
    private final FileChannel channel;
    private final long size;
    private final ByteBuffer piece =
            ByteBuffer.allocateDirect(PIECE_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    private PositionedFile(Path path, FileChannel channel, long size) {
        this.path = path;
        this.channel = channel;
        this.size = size;
    }

    /** Opens {@code path}; {@code kind} says in a message what was expected there. */
    static PositionedFile open(Path path, String kind) {
        try {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            try {
                return new PositionedFile(path, channel, channel.size());
            } catch (IOException e) {
                closeQuietly(channel, e);
                throw e;
            }
        } catch (NoSuchFileException e) {
            throw new CheckpointException(
                    "%s: missing (expected: a %s file)".formatted(path, kind), e);
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    Path path() {
        return path;
    }

    /** Bytes, when it was opened. */
    long size() {
        return size;
    }

    /**
     * The {@code count} bytes at {@code position}, little-endian. The caller has checked both
     * against {@link #size}, so that no number in a file decides how much memory is taken.
     */
    ByteBuffer bytes(long position, int count) {
        ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        readFully(bytes, position, "the header");
        return bytes.flip();
    }

    /** Reads {@code tensor} of this file, widened to float32, in pieces and in order. */
    void read(TensorInfo tensor, FloatSink sink) {
        TensorType type = tensor.type();
        if (!type.isFloat()) {
            throw new CheckpointException(
                    "%s: tensor %s: dtype: %s (expected: F16, BF16 or F32)"
                            .formatted(path, tensor.name(), type));
        }
        float[] values = new float[(int) Math.min(PIECE_BYTES / type.bytes(), tensor.elements())];
        for (long done = 0; done < tensor.elements(); ) {
            int count = (int) Math.min(values.length, tensor.elements() - done);
            piece.clear().limit(count * type.bytes());
            readFully(piece, tensor.position() + done * type.bytes(), "tensor " + tensor.name());
            FloatDecoder.decode(type, piece.flip(), values, count);
            sink.accept(done, values, count);
            done += count;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    /** Closes it because of {@code cause}, which is what the caller will throw. */
    void closeQuietly(RuntimeException cause) {
        closeQuietly(channel, cause);
    }

    private void readFully(ByteBuffer target, long position, String what) {
        try {
            while (target.hasRemaining()) {
                if (channel.read(target, position + target.position()) < 0) {
                    throw new CheckpointException(
                            ("%s: %s: the file ended at byte %d while it was read"
                                            + " (expected: %d bytes more)")
                                    .formatted(
                                            path,
                                            what,
                                            position + target.position(),
                                            target.remaining()));
                }
            }
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    private static void closeQuietly(FileChannel channel, Exception cause) {
        try {
            channel.close();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    private static CheckpointException unreadable(Path path, IOException cause) {
        return new CheckpointException(
                "%s: cannot be read: %s (expected: a readable file)"
                        .formatted(path, cause.getClass().getSimpleName()),
                cause);
    }
}
