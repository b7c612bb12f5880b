package io.lavastream.engine.model.custom;

import com.sun.jna.Callback;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;
import org.tensorflow.internal.c_api.global.tensorflow;

/**
 * TensorFlow's C interface for kernels, {@code tensorflow/c/kernels.h}, {@code ops.h} and what they need, of which its binding for Java
 * has nothing. The methods have the names and parameters that they have there.
 */
final class KernelLibrary {
    static final int TF_OK = 0;
    static final int TF_INTERNAL = 13;
    static final int TF_FLOAT = 1;

    /** {@code void* (*)(TF_OpKernelConstruction*)}. */
    interface Create extends Callback {
        Pointer create(Pointer construction);
    }

    /** {@code void (*)(void* kernel, TF_OpKernelContext*)}. */
    interface Compute extends Callback {
        void compute(Pointer kernel, Pointer context);
    }

    /** Loaded by the binding already, from where it was unpacked. */
    private static final NativeLibrary LIBRARY =
            NativeLibrary.getInstance(
                    Path.of(Loader.load(tensorflow.class))
                            .resolveSibling("libtensorflow_framework.so.2")
                            .toString());

    /** A shape function, which TensorFlow demands of each operation: the graph does not know the shape of the output. */
    static final Pointer UNKNOWN_SHAPE =
            LIBRARY.getFunction("TF_ShapeInferenceContextSetUnknownShape");

    static {
        Native.register(KernelLibrary.class, LIBRARY);
    }

    private KernelLibrary() {}

    static native Pointer TF_NewOpDefinitionBuilder(String name);

    static native void TF_OpDefinitionBuilderAddInput(Pointer builder, String input);

    static native void TF_OpDefinitionBuilderAddOutput(Pointer builder, String output);

    static native void TF_OpDefinitionBuilderAddAttr(Pointer builder, String attribute);

    static native void TF_OpDefinitionBuilderSetShapeInferenceFunction(
            Pointer builder, Pointer function);

    static native void TF_RegisterOpDefinition(Pointer builder, Pointer status);

    static native Pointer TF_NewKernelBuilder(
            String operation, String device, Create create, Compute compute, Pointer delete);

    static native void TF_RegisterKernelBuilder(String name, Pointer builder, Pointer status);

    static native void TF_OpKernelConstruction_GetAttrInt32(
            Pointer construction, String name, IntByReference value, Pointer status);

    static native void TF_OpKernelConstruction_Failure(Pointer construction, Pointer status);

    static native void TF_GetInput(
            Pointer context, int index, PointerByReference tensor, Pointer status);

    static native Pointer TF_AllocateOutput(
            Pointer context,
            int index,
            int type,
            long[] dimensions,
            int rank,
            long bytes,
            Pointer status);

    static native void TF_OpKernelContext_Failure(Pointer context, Pointer status);

    static native int TF_NumDims(Pointer tensor);

    static native long TF_Dim(Pointer tensor, int index);

    static native Pointer TF_TensorData(Pointer tensor);

    static native void TF_DeleteTensor(Pointer tensor);

    static native Pointer TF_NewStatus();

    static native void TF_DeleteStatus(Pointer status);

    static native void TF_SetStatus(Pointer status, int code, String message);

    static native int TF_GetCode(Pointer status);

    static native String TF_Message(Pointer status);
}
