package io.lavastream.engine.checkpoint;

import java.util.List;

/**
 * Where one tensor lies in its file. Made by {@link SafetensorsHeader}, which has checked every
 * field against the file.
 *
 * @param name the name in the file
 * @param type element type
 * @param shape dimensions, outermost first; empty for a scalar
 * @param position of the first byte, from the file's start
 * @param bytes size in the file
 */
public record TensorInfo(
        String name, TensorType type, List<Long> shape, long position, long bytes) {
    public TensorInfo {
        shape = List.copyOf(shape);
    }

    public long elements() {
        return bytes / type.bytes();
    }
}
