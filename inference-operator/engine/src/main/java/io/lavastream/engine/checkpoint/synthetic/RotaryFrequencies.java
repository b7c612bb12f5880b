package io.lavastream.engine.checkpoint.synthetic;

import java.nio.ByteBuffer;

/**
 * The frequencies of rotary positions, in float32: {@code base^(-i/count)}. The original layout stores them in every layer, though
 * they follow from the configuration.
 */
final class RotaryFrequencies implements TensorValues {
    private static final double BASE = 10_000;

    private final long count;
    private long next;

    RotaryFrequencies(long count) {
        this.count = count;
    }

    @Override
    public void fill(ByteBuffer piece) {
        while (piece.hasRemaining()) {
            piece.putFloat((float) Math.pow(BASE, -(double) next++ / count));
        }
    }
}
