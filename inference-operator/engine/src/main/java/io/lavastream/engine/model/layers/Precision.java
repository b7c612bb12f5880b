package io.lavastream.engine.model.layers;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/** Between the types of floats. */
public final class Precision {
    private Precision() {}

    /** {@code x} in {@code type}: itself, if it has it already. */
    @SuppressWarnings("unchecked")
    public static <T extends TNumber> Operand<T> as(
            Ops tf, Operand<? extends TNumber> x, Class<T> type) {
        return x.type().equals(type) ? (Operand<T>) x : tf.dtypes.cast(x, type);
    }
}
