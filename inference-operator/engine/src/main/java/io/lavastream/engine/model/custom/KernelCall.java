package io.lavastream.engine.model.custom;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tensorflow.ndarray.Shape;

/**
 * One computation of an operation: its inputs, in TensorFlow's own memory, and where its output goes. Valid on the thread and for the
 * time of that computation only.
 */
final class KernelCall implements AutoCloseable {
    /** In bytes: what a buffer of the JVM can hold. */
    static final long LARGEST = Integer.MAX_VALUE;

    /** Where the library writes an address: memory of its own, which takes as long to make and to free as all else that a call does. */
    private static final ThreadLocal<PointerByReference> FOUND =
            ThreadLocal.withInitial(PointerByReference::new);

    /**
     * A tensor of 4 bytes an element.
     *
     * @param data all of it, in native order
     */
    record Tensor(ByteBuffer data, Shape shape) {
        /** Dimension {@code index}, counted from the end if negative. */
        int dimension(int index) {
            return Math.toIntExact(shape.get(index));
        }
    }

    private final Pointer context;
    private final Pointer status = KernelLibrary.TF_NewStatus();
    private final List<Pointer> tensors = new ArrayList<>();
    private int taken;

    KernelCall(Pointer context) {
        this.context = context;
    }

    /** Input {@code index}; to be read only, but for a cache, which its operation writes to in place. */
    Tensor input(int index) {
        PointerByReference found = FOUND.get();
        KernelLibrary.TF_GetInput(context, index, found, status);
        requireOk(status);
        Pointer tensor = owned(found.getValue());
        long[] dimensions = new long[KernelLibrary.TF_NumDims(tensor)];
        Arrays.setAll(dimensions, dimension -> KernelLibrary.TF_Dim(tensor, dimension));
        Shape shape = Shape.of(dimensions);
        return new Tensor(data(tensor, bytes(shape)), shape);
    }

    /** The input behind the last one that was taken this way. */
    Tensor next() {
        return input(taken++);
    }

    /** Memory for the only output, of floats: whatever was there before. */
    ByteBuffer output(long... dimensions) {
        long bytes = bytes(Shape.of(dimensions));
        Pointer tensor =
                KernelLibrary.TF_AllocateOutput(
                        context,
                        0,
                        KernelLibrary.TF_FLOAT,
                        dimensions,
                        dimensions.length,
                        bytes,
                        status);
        requireOk(status);
        return data(owned(tensor), bytes);
    }

    /** Ends the computation: whoever runs the graph gets {@code message}. */
    void fail(String message) {
        KernelLibrary.TF_SetStatus(status, KernelLibrary.TF_INTERNAL, message);
        KernelLibrary.TF_OpKernelContext_Failure(context, status);
    }

    @Override
    public void close() {
        tensors.forEach(KernelLibrary::TF_DeleteTensor);
        KernelLibrary.TF_DeleteStatus(status);
    }

    /** @throws IllegalStateException with TensorFlow's own words */
    static void requireOk(Pointer status) {
        if (KernelLibrary.TF_GetCode(status) != KernelLibrary.TF_OK) {
            throw new IllegalStateException(KernelLibrary.TF_Message(status));
        }
    }

    private Pointer owned(Pointer tensor) {
        tensors.add(tensor);
        return tensor;
    }

    private static ByteBuffer data(Pointer tensor, long bytes) {
        return bytes == 0
                ? ByteBuffer.allocateDirect(0)
                : KernelLibrary.TF_TensorData(tensor).getByteBuffer(0, bytes);
    }

    private static long bytes(Shape shape) {
        long bytes = Math.multiplyExact(shape.size(), Float.BYTES);
        if (bytes > LARGEST) {
            throw new IllegalArgumentException(
                    "a tensor %s of %d bytes (expected: at most %d)"
                            .formatted(shape, bytes, LARGEST));
        }
        return bytes;
    }
}
