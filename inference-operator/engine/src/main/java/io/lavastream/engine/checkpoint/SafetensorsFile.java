package io.lavastream.engine.checkpoint;

import io.lavastream.engine.CheckpointException;
import java.nio.file.Path;

/**
 * Opens safetensors files: 8 bytes of header length (little-endian), a JSON header, the tensors'
 * bytes.
 */
final class SafetensorsFile {
    private static final int LENGTH_BYTES = 8;

    private SafetensorsFile() {}

    /**
     * Opens {@code path} and checks its header against it.
     *
     * @throws CheckpointException naming the file, the tensor, the value found and the value
     *     expected
     */
    static WeightFile open(Path path) {
        return WeightFile.open(path, "safetensors", SafetensorsFile::read);
    }

    private static WeightFile.Found read(PositionedFile file) {
        byte[] header = readHeader(file);
        long dataStart = LENGTH_BYTES + (long) header.length;
        return new WeightFile.Found(
                header,
                SafetensorsHeader.parse(file.path(), header, dataStart, file.size() - dataStart));
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
