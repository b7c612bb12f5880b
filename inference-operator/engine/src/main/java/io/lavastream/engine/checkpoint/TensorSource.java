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

    /** The type that loses nothing of the values. */
    TensorType type();

    /**
     * Reads the values as float32, in pieces and in C order.
     *
     * @throws io.lavastream.engine.CheckpointException if its type is not a float type that is
     *     read, or its file has become shorter
     */
    void read(FloatSink sink);

    /**
     * Reads the values as bits of {@code type}, F16 or BF16, rounded where they are of another.
     *
     * @throws io.lavastream.engine.CheckpointException as {@link #read(FloatSink)}
     */
    default void read(TensorType type, HalfSink sink) {
        short[][] bits = {new short[0]};
        read(
                (offset, values, count) -> {
                    if (bits[0].length < count) {
                        bits[0] = new short[count];
                    }
                    FloatEncoder.encode(type, values, bits[0], count);
                    sink.accept(offset, bits[0], count);
                });
    }
}
