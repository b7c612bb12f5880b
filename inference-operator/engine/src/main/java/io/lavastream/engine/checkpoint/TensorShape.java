package io.lavastream.engine.checkpoint;

import java.util.Arrays;
import java.util.List;

/**
 * A tensor that a model has: what it is called and how large it is.
 *
 * @param name as in a checkpoint's files
 * @param shape dimensions, outermost first
 */
public record TensorShape(String name, List<Long> shape) {
    public TensorShape {
        shape = List.copyOf(shape);
    }

    static TensorShape of(String name, long... dimensions) {
        return new TensorShape(name, Arrays.stream(dimensions).boxed().toList());
    }

    public long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }
}
