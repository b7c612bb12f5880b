package io.lavastream.engine.checkpoint.synthetic;

import java.nio.ByteBuffer;

/** The values of one tensor, front to back, a piece at a time. */
interface TensorValues {
    /** Fills {@code piece}, little-endian and of a multiple of 8 bytes unless it is the last. */
    void fill(ByteBuffer piece);
}
