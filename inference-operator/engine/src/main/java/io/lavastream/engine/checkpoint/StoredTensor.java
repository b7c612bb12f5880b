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
    public TensorType type() {
        return info.type();
    }

    @Override
    public void read(FloatSink sink) {
        weights.read(info, sink);
    }

    @Override
    public void read(TensorType type, HalfSink sink) {
        if (type == info.type()) {
            weights.readBits(info, sink);
        } else {
            TensorSource.super.read(type, sink);
        }
    }
}
