package io.lavastream.engine.model;

import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** Between Java arrays and tensors. What is made here belongs to the caller, who closes it. */
final class Tensors {
    private Tensors() {}

    /** A copy of {@code values} in C order. */
    static TFloat32 floats(Shape shape, float[] values) {
        return TFloat32.tensorOf(
                shape, tensor -> tensor.asRawTensor().data().asFloats().write(values));
    }

    /** A copy of {@code values} in C order. */
    static TInt32 ints(Shape shape, int[] values) {
        return TInt32.tensorOf(shape, tensor -> tensor.asRawTensor().data().asInts().write(values));
    }

    /** A vector. */
    static TInt32 ints(int[] values) {
        return ints(Shape.of(values.length), values);
    }

    /** A copy of all values of a float tensor. */
    static float[] floats(Tensor tensor) {
        return floats(tensor, 0, (int) tensor.shape().size());
    }

    /** A copy of {@code count} values of a float tensor from {@code first}. */
    static float[] floats(Tensor tensor, long first, int count) {
        float[] values = new float[count];
        tensor.asRawTensor().data().asFloats().offset(first).read(values);
        return values;
    }

    /** A copy of all values of an int tensor. */
    static int[] ints(Tensor tensor) {
        int[] values = new int[(int) tensor.shape().size()];
        tensor.asRawTensor().data().asInts().read(values);
        return values;
    }
}
