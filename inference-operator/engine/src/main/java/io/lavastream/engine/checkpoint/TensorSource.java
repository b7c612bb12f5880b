package io.lavastream.engine.checkpoint;

import java.nio.file.Path;
import java.util.List;

/** One tensor of a checkpoint, wherever its values come from. */
interface TensorSource {
    /** The file to name in messages. */
    Path file();

    /** The name in that file. */
    String name();

    List<Long> shape();

    /** Bytes that {@link #read} reads of its file. */
    long bytes();

    /**
     * Reads the values as float32, in pieces and in C order.
     *
     * @throws io.lavastream.engine.CheckpointException if its type is not a float type that is
     *     read, or its file has become shorter
     */
    void read(FloatSink sink);
}
