package io.lavastream.engine;

/**
 * How a model's matrices are kept in memory. Every computation is in float32 all the same: 16-bit matrices are widened,
 * exactly, a piece at a time where they are used, so that keeping a 16-bit checkpoint in its own type changes no answer,
 * only memory and speed.
 */
public enum WeightType {
    /** IEEE 754 binary32: the fastest on a CPU, and twice as large as most checkpoints. */
    F32(4),
    /** IEEE 754 binary16: the type of the published LLaVA-1.5 checkpoints. */
    FP16(2),
    /** The upper half of binary32: its range, with 8 significant bits. */
    BF16(2);

    private final int bytes;

    WeightType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }
}
