package io.lavastream.engine.model;

import org.tensorflow.ndarray.buffer.IntDataBuffer;
import org.tensorflow.types.TInt32;

/**
 * A vector that is fed again and again: its tensor is kept and written anew for as long as there are as many values, as making one takes longer
 * than all that a step does with it. Owns the tensor; {@link #close} frees it. Not thread-safe.
 */
final class KeptInts implements AutoCloseable {
    private TInt32 tensor = Tensors.ints(new int[0]);
    private IntDataBuffer data = tensor.asRawTensor().data().asInts();

    /** The tensor with these values, until the next call. */
    TInt32 of(int[] values) {
        if (data.size() == values.length) {
            data.write(values);
            return tensor;
        }
        tensor.close();
        tensor = Tensors.ints(values);
        data = tensor.asRawTensor().data().asInts();
        return tensor;
    }

    @Override
    public void close() {
        tensor.close();
    }
}
