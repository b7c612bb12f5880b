package io.lavastream.engine.model.custom;

import io.lavastream.kernels.KernelThreads;
import io.lavastream.kernels.PanelProduct;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.op.Scope;
import org.tensorflow.types.TFloat32;

/**
 * Operations that the JVM's own vectors compute, see {@link io.lavastream.kernels.VectorSupport}, for what TensorFlow's kernels leave far
 * from the speed of the machine. The first use registers them.
 */
public final class VectorOps {
    private static final CustomOperation PRODUCT =
            new CustomOperation(
                    "LavastreamPanelProduct",
                    List.of("x: float", "panels: float"),
                    "product: float",
                    VectorOps::product);

    private VectorOps() {}

    /**
     * {@code x} [rows, in] times {@code panels} [panels, in, {@link PanelProduct#width}]: [rows, panels * width]. How many rows there are
     * the graph does not know.
     *
     * @param threads that compute it
     */
    public static Operand<TFloat32> panelProduct(
            Ops tf, Operand<TFloat32> x, Operand<TFloat32> panels, int threads) {
        Scope scope = tf.scope();
        Output<TFloat32> product =
                scope.opBuilder(PRODUCT.name(), "PanelProduct")
                        .addInput(x.asOutput())
                        .addInput(panels.asOutput())
                        .setAttr(CustomOperation.THREADS, threads)
                        .build()
                        .output(0);
        return product;
    }

    private static void product(KernelThreads threads, KernelCall call) {
        KernelCall.Tensor x = call.input(0);
        KernelCall.Tensor panels = call.input(1);
        int depth = x.dimension(-1);
        int columns = Math.multiplyExact(panels.dimension(0), panels.dimension(2));
        if (depth != panels.dimension(1) || panels.dimension(2) != PanelProduct.width()) {
            throw new IllegalArgumentException(
                    "panels of %d rows and %d columns (expected: %d and %d)"
                            .formatted(
                                    panels.dimension(1),
                                    panels.dimension(2),
                                    depth,
                                    PanelProduct.width()));
        }
        int rows = x.dimension(0);
        PanelProduct.multiply(
                threads, x.data(), panels.data(), call.output(rows, columns), rows, depth, columns);
    }
}
