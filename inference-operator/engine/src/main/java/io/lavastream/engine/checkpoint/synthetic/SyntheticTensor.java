package io.lavastream.engine.checkpoint.synthetic;

import io.lavastream.engine.checkpoint.TensorShape;
import io.lavastream.engine.checkpoint.TensorType;

/**
 * A tensor of a file to be written.
 *
 * @param stored name and shape in the file
 * @param published the name that a model asks for, the same in every layout; the values follow from it
 * @param type in the file
 */
record SyntheticTensor(TensorShape stored, String published, TensorType type) {
    private static final String FREQUENCIES = ".rotary_emb.inv_freq";

    /** Weights are of {@code type}, frequencies always in float32, as the published files have them. */
    static SyntheticTensor of(TensorShape stored, String published, TensorType type) {
        boolean frequencies = published.endsWith(FREQUENCIES);
        return new SyntheticTensor(stored, published, frequencies ? TensorType.F32 : type);
    }

    String name() {
        return stored.name();
    }

    long bytes() {
        return stored.elements() * type.bytes();
    }

    TensorValues values(long seed) {
        return published.endsWith(FREQUENCIES)
                ? new RotaryFrequencies(stored.elements())
                : new RandomTensor(new TensorShape(published, stored.shape()), type, seed);
    }
}
