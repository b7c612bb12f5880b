package io.lavastream.engine.model.custom;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import io.lavastream.kernels.KernelThreads;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.tensorflow.Operand;
import org.tensorflow.OperationBuilder;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.op.Scope;
import org.tensorflow.types.TFloat32;

/**
 * An operation on floats whose kernel for CPUs is written in Java. TensorFlow keeps it for as long as the process lives, so each is
 * registered once.
 *
 * <p>The kernel runs on the thread that TensorFlow computes the operation with; what it throws fails the run. Of graphs that name no
 * number of threads there are none: attribute {@value #THREADS} has no default.
 */
final class CustomOperation {
    private static final String THREADS = "threads";

    /** What is computed of the inputs. */
    @FunctionalInterface
    interface Kernel {
        void compute(KernelThreads threads, KernelCall call);
    }

    /** By how many there are: graphs that compute at the same time with as many share them. */
    private static final ConcurrentMap<Integer, KernelThreads> POOLS = new ConcurrentHashMap<>();

    private final String name;

    /** TensorFlow holds only their addresses. */
    private final KernelLibrary.Create create = CustomOperation::create;

    private final KernelLibrary.Compute compute;

    /**
     * @param name in TensorFlow, of no other operation
     * @param inputs as in an operation's definition, {@code "x: float"}
     * @param output likewise
     */
    CustomOperation(String name, List<String> inputs, String output, Kernel kernel) {
        this.name = name;
        this.compute = (threads, context) -> compute(kernel, threads, context);
        Pointer status = KernelLibrary.TF_NewStatus();
        try {
            define(inputs, output, status);
            Pointer builder =
                    KernelLibrary.TF_NewKernelBuilder(name, "CPU", create, compute, Pointer.NULL);
            KernelLibrary.TF_RegisterKernelBuilder(name, builder, status);
            KernelCall.requireOk(status);
        } finally {
            KernelLibrary.TF_DeleteStatus(status);
        }
    }

    /**
     * Adds the operation to a graph.
     *
     * @param threads that compute it
     * @return its output, of which the graph does not know the shape
     */
    Operand<TFloat32> of(Ops tf, int threads, List<? extends Operand<?>> inputs) {
        Scope scope = tf.scope();
        OperationBuilder builder = scope.opBuilder(name, name);
        inputs.forEach(input -> builder.addInput(input.asOutput()));
        Output<TFloat32> output = builder.setAttr(THREADS, threads).build().output(0);
        return output;
    }

    private void define(List<String> inputs, String output, Pointer status) {
        Pointer builder = KernelLibrary.TF_NewOpDefinitionBuilder(name);
        inputs.forEach(input -> KernelLibrary.TF_OpDefinitionBuilderAddInput(builder, input));
        KernelLibrary.TF_OpDefinitionBuilderAddOutput(builder, output);
        KernelLibrary.TF_OpDefinitionBuilderAddAttr(builder, THREADS + ": int");
        KernelLibrary.TF_OpDefinitionBuilderSetShapeInferenceFunction(
                builder, KernelLibrary.UNKNOWN_SHAPE);
        KernelLibrary.TF_RegisterOpDefinition(builder, status);
        KernelCall.requireOk(status);
    }

    /** What TensorFlow keeps of a kernel is only how many threads it has. */
    private static Pointer create(Pointer construction) {
        IntByReference threads = new IntByReference();
        Pointer status = KernelLibrary.TF_NewStatus();
        try {
            KernelLibrary.TF_OpKernelConstruction_GetAttrInt32(
                    construction, THREADS, threads, status);
            if (KernelLibrary.TF_GetCode(status) != KernelLibrary.TF_OK) {
                KernelLibrary.TF_OpKernelConstruction_Failure(construction, status);
            }
        } finally {
            KernelLibrary.TF_DeleteStatus(status);
        }
        return Pointer.createConstant(threads.getValue());
    }

    /** Those that compute the kernels of graphs that name so many. */
    static KernelThreads threads(int count) {
        return POOLS.computeIfAbsent(count, KernelThreads::new);
    }

    private static void compute(Kernel kernel, Pointer threads, Pointer context) {
        int count = Math.toIntExact(Pointer.nativeValue(threads));
        try (KernelCall call = new KernelCall(context)) {
            try {
                kernel.compute(threads(count), call);
            } catch (RuntimeException | Error e) {
                call.fail(e.toString());
            }
        }
    }
}
