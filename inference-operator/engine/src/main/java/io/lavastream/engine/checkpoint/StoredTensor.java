package io.lavastream.engine.checkpoint;

import java.nio.file.Path;
import java.util.List;

/** A tensor as it stands in a file. */
record StoredTensor(WeightFile weights, TensorInfo info) implements TensorSource {
    @Override
    public Path file() {
        return weights.path();
    }

    @Override
    public String name() {
        return info.name();
    }

    @Override
    public List<Long> shape() {
        return info.shape();
    }

    @Override
    public long bytes() {
        return info.bytes();
    }

    @Override
    public void read(FloatSink sink) {
        weights.read(info, sink);
    }
}
