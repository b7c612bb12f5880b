package io.lavastream.engine;

import java.util.Locale;

/**
 * How a model's matrices are kept in memory. On a CPU every computation is in float32 all the same: smaller types are widened
 * where they are used, by the JVM's vectors as they are read, else a piece at a time. Of 16-bit types that is exact, so that keeping a
 * 16-bit checkpoint in its own type changes no answer, only memory and speed. A GPU multiplies 16-bit matrices in their own type,
 * which rounds.
 */
public enum WeightType {
    /** IEEE 754 binary32: twice as large as most checkpoints, and the fastest on a CPU without the JVM's vectors. */
    F32(4),
    /** IEEE 754 binary16: the type of the published LLaVA-1.5 checkpoints. */
    FP16(2),
    /** The upper half of binary32: its range, with 8 significant bits. */
    BF16(2),
    /**
     * One byte an element and one scale a row, for the linear layers of the language model's blocks; the other matrices keep the
     * checkpoint's own type. Made from any checkpoint while it loads. Not exact: answers change a little, where memory forces it.
     */
    INT8(1);

    private final int bytes;

    WeightType(int bytes) {
        this.bytes = bytes;
    }

    /** As it is typed: {@code f32}, {@code fp16}, {@code bf16}, {@code int8}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }
}
