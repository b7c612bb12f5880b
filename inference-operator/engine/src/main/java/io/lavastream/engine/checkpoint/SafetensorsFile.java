package io.lavastream.engine.checkpoint;

import io.lavastream.engine.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Map;

/**
 * One open safetensors file: 8 bytes of header length (little-endian), a JSON header, the tensors'
 * bytes.
 *
 * <p>Data is read by position, never mapped: a user's file that is overwritten while it is mapped
 * kills the JVM. Not thread-safe. The owner closes it.
 */
public final class SafetensorsFile implements AutoCloseable {
    private static final int LENGTH_BYTES = 8;

    /** Bytes read at a time: large enough for the disk, small beside any model. */
    private static final int PIECE_BYTES = 1 << 20;

    private final Path file;
    private final FileChannel channel;
    private final byte[] header;
    private final Map<String, TensorInfo> tensors;
    private final ByteBuffer piece =
            ByteBuffer.allocateDirect(PIECE_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    private SafetensorsFile(
            Path file, FileChannel channel, byte[] header, Map<String, TensorInfo> tensors) {
        this.file = file;
        this.channel = channel;
        this.header = header;
        this.tensors = tensors;
    }

    /**
     * Opens {@code file} and checks its header against it.
     *
     * @throws CheckpointException naming the file, the tensor, the value found and the value
     *     expected
     */
    public static SafetensorsFile open(Path file) {
        FileChannel channel = openChannel(file);
        try {
            long size = channel.size();
            byte[] header = readHeader(file, channel, size);
            long dataStart = LENGTH_BYTES + (long) header.length;
            return new SafetensorsFile(
                    file,
                    channel,
                    header,
                    Collections.unmodifiableMap(
                            SafetensorsHeader.parse(file, header, dataStart, size - dataStart)));
        } catch (IOException e) {
            closeQuietly(channel, e);
            throw unreadable(file, e);
        } catch (RuntimeException e) {
            closeQuietly(channel, e);
            throw e;
        }
    }

    public Path path() {
        return file;
    }

    /** The tensors by name, in the header's order. */
    public Map<String, TensorInfo> tensors() {
        return tensors;
    }

    /** The JSON header as it stands in the file, for a digest. */
    byte[] header() {
        return header.clone();
    }

    /**
     * Reads one of {@link #tensors()} as float32.
     *
     * @throws CheckpointException if its type is not a float type that is read, or the file has
     *     become shorter
     */
    public void read(TensorInfo tensor, FloatSink sink) {
        TensorType type = tensor.type();
        if (!type.isFloat()) {
            throw new CheckpointException(
                    "%s: tensor %s: dtype: %s (expected: F16, BF16 or F32)"
                            .formatted(file, tensor.name(), type));
        }
        float[] values = new float[(int) Math.min(PIECE_BYTES / type.bytes(), tensor.elements())];
        for (long done = 0; done < tensor.elements(); ) {
            int count = (int) Math.min(values.length, tensor.elements() - done);
            piece.clear().limit(count * type.bytes());
            readFully(tensor, tensor.position() + done * type.bytes());
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
            throw unreadable(file, e);
        }
    }

    private void readFully(TensorInfo tensor, long position) {
        try {
            while (piece.hasRemaining()) {
                int count = channel.read(piece, position + piece.position());
                if (count < 0) {
                    throw new CheckpointException(
                            ("%s: tensor %s: the file ended at byte %d while it was read"
                                            + " (expected: %d bytes more)")
                                    .formatted(
                                            file,
                                            tensor.name(),
                                            position + piece.position(),
                                            piece.remaining()));
                }
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static FileChannel openChannel(Path file) {
        try {
            return FileChannel.open(file, StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            throw new CheckpointException(
                    "%s: missing (expected: a safetensors file)".formatted(file), e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static byte[] readHeader(Path file, FileChannel channel, long size) throws IOException {
        if (size < LENGTH_BYTES) {
            throw new CheckpointException(
                    "%s: %d bytes (expected: a safetensors file of at least %d)"
                            .formatted(file, size, LENGTH_BYTES));
        }
        long length = readBytes(file, channel, 0, LENGTH_BYTES).getLong();
        long limit = Math.min(size - LENGTH_BYTES, SafetensorsHeader.MAX_BYTES);
        if (length < 0 || length > limit) {
            throw new CheckpointException(
                    "%s: header of %s bytes (expected: at most %d)"
                            .formatted(file, Long.toUnsignedString(length), limit));
        }
        return readBytes(file, channel, LENGTH_BYTES, (int) length).array();
    }

    private static ByteBuffer readBytes(Path file, FileChannel channel, long position, int count)
            throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new CheckpointException(
                        "%s: ended while its header was read (expected: %d bytes more)"
                                .formatted(file, bytes.remaining()));
            }
        }
        return bytes.flip();
    }

    private static void closeQuietly(FileChannel channel, Exception cause) {
        try {
            channel.close();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    private static CheckpointException unreadable(Path file, IOException cause) {
        return new CheckpointException(
                "%s: cannot be read: %s (expected: a readable file)"
                        .formatted(file, cause.getClass().getSimpleName()),
                cause);
    }
}
