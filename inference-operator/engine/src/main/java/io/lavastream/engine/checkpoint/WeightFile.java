package io.lavastream.engine.checkpoint;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;

/**
 * One open file of weights. Opening has checked every tensor against the file. Not thread-safe; the
 * owner closes it.
 */
final class WeightFile implements AutoCloseable {
    /** What a format's reader finds in a file. */
    @SuppressWarnings("ArrayRecordComponent") // Handed over, never compared.
    record Found(byte[] header, Map<String, TensorInfo> tensors) {}

    /** Reads what a file says of its tensors. */
    interface Format {
        Found read(PositionedFile file);
    }

    private final PositionedFile file;
    private final byte[] header;
    private final Map<String, TensorInfo> tensors;

    private WeightFile(PositionedFile file, Found found) {
        this.file = file;
        this.header = found.header();
        this.tensors = Collections.unmodifiableMap(found.tensors());
    }

    /**
     * Opens {@code path} and reads it as {@code format}, which is called {@code name}.
     *
     * @throws io.lavastream.engine.CheckpointException if it cannot be opened, or the format refuses
     *     it
     */
    static WeightFile open(Path path, String name, Format format) {
        PositionedFile file = PositionedFile.open(path, name);
        try {
            return new WeightFile(file, format.read(file));
        } catch (RuntimeException e) {
            file.closeQuietly(e);
            throw e;
        }
    }

    Path path() {
        return file.path();
    }

    /** The tensors by name, in the file's order. */
    Map<String, TensorInfo> tensors() {
        return tensors;
    }

    /** What describes the tensors, as it stands in the file, for a digest. */
    byte[] header() {
        return header.clone();
    }

    /**
     * Reads one of {@link #tensors()} as float32.
     *
     * @throws io.lavastream.engine.CheckpointException if its type is not a float type that is
     *     read, or the file has become shorter
     */
    void read(TensorInfo tensor, FloatSink sink) {
        file.read(tensor, sink);
    }

    /** Reads one of {@link #tensors()}, of a 16-bit type, as it is. */
    void readBits(TensorInfo tensor, HalfSink sink) {
        file.readBits(tensor, sink);
    }

    @Override
    public void close() {
        file.close();
    }
}
