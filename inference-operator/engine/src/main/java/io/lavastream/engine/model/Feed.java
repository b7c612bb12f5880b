package io.lavastream.engine.model;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The inputs of one run: owns the tensors that it makes of Java arrays, and closes them together. Those that are kept belong to their owner.
 */
final class Feed implements AutoCloseable {
    private final Session.Runner runner;
    private final List<Tensor> tensors = new ArrayList<>();

    Feed(Session session) {
        this.runner = session.runner();
    }

    Feed ints(Placeholder<TInt32> placeholder, int[] vector) {
        return ints(placeholder, Shape.of(vector.length), vector);
    }

    Feed ints(Placeholder<TInt32> placeholder, Shape shape, int[] values) {
        return add(placeholder, Tensors.ints(shape, values));
    }

    Feed ints(Placeholder<TInt32> placeholder, KeptInts kept, int[] vector) {
        runner.feed(placeholder, kept.of(vector));
        return this;
    }

    Feed floats(Placeholder<TFloat32> placeholder, Shape shape, float[] values) {
        return add(placeholder, Tensors.floats(shape, values));
    }

    /** To fetch from, while this feed is open. */
    Session.Runner runner() {
        return runner;
    }

    @Override
    public void close() {
        tensors.forEach(Tensor::close);
    }

    private Feed add(Placeholder<?> placeholder, Tensor tensor) {
        tensors.add(tensor);
        runner.feed(placeholder, tensor);
        return this;
    }
}
