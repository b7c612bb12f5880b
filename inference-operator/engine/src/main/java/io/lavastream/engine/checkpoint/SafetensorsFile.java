package io.lavastream.engine.checkpoint;

import io.lavastream.engine.CheckpointException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;

/**
 * One open safetensors file: 8 bytes of header length (little-endian), a JSON header, the tensors'
 * bytes. Not thread-safe. The owner closes it.
 */
final class SafetensorsFile implements WeightFile {
    private static final int LENGTH_BYTES = 8;

    private final PositionedFile file;
    private final byte[] header;
    private final Map<String, TensorInfo> tensors;

    private SafetensorsFile(PositionedFile file, byte[] header, Map<String, TensorInfo> tensors) {
        this.file = file;
        this.header = header;
        this.tensors = tensors;
    }

    /**
     * Opens {@code path} and checks its header against it.
     *
     * @throws CheckpointException naming the file, the tensor, the value found and the value
     *     expected
     */
    static SafetensorsFile open(Path path) {
        PositionedFile file = PositionedFile.open(path, "safetensors");
        try {
            byte[] header = readHeader(file);
            long dataStart = LENGTH_BYTES + (long) header.length;
            return new SafetensorsFile(
                    file,
                    header,
                    Collections.unmodifiableMap(
                            SafetensorsHeader.parse(
                                    path, header, dataStart, file.size() - dataStart)));
        } catch (RuntimeException e) {
            file.closeQuietly(e);
            throw e;
        }
    }

    @Override
    public Path path() {
        return file.path();
    }

    @Override
    public Map<String, TensorInfo> tensors() {
        return tensors;
    }

    /** The JSON header as it stands in the file. */
    @Override
    public byte[] header() {
        return header.clone();
    }

    @Override
    public void read(TensorInfo tensor, FloatSink sink) {
        file.read(tensor, sink);
    }

    @Override
    public void close() {
        file.close();
    }

    private static byte[] readHeader(PositionedFile file) {
        if (file.size() < LENGTH_BYTES) {
            throw new CheckpointException(
                    "%s: %d bytes (expected: a safetensors file of at least %d)"
                            .formatted(file.path(), file.size(), LENGTH_BYTES));
        }
        long length = file.bytes(0, LENGTH_BYTES).getLong();
        long limit = Math.min(file.size() - LENGTH_BYTES, SafetensorsHeader.MAX_BYTES);
        if (length < 0 || length > limit) {
            throw new CheckpointException(
                    "%s: header of %s bytes (expected: at most %d)"
                            .formatted(file.path(), Long.toUnsignedString(length), limit));
        }
        return file.bytes(LENGTH_BYTES, (int) length).array();
    }
}
