package io.lavastream.engine.checkpoint;

import java.nio.file.Path;
import java.util.Map;

/**
 * One open file of weights. Opening has checked every tensor against the file. Not thread-safe; the
 * owner closes it.
 */
interface WeightFile extends AutoCloseable {
    Path path();

    /** The tensors by name, in the file's order. */
    Map<String, TensorInfo> tensors();

    /** What describes the tensors, as it stands in the file, for a digest. */
    byte[] header();

    /**
     * Reads one of {@link #tensors()} as float32.
     *
     * @throws io.lavastream.engine.CheckpointException if its type is not a float type that is
     *     read, or the file has become shorter
     */
    void read(TensorInfo tensor, FloatSink sink);

    @Override
    void close();
}
