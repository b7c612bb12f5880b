package io.lavastream.engine.checkpoint;

import java.util.List;

/**
 * A tensor as a torch pickle describes it: a contiguous view of a storage, inside it. Made by
 * {@link TorchPickle}, which has checked that.
 *
 * @param storage the elements
 * @param offset index of the first element
 * @param shape dimensions, outermost first; empty for a scalar
 */
record TorchTensor(TorchStorage storage, long offset, List<Long> shape) {
    TorchTensor {
        shape = List.copyOf(shape);
    }

    long elements() {
        return shape.stream().reduce(1L, (a, b) -> a * b);
    }
}
