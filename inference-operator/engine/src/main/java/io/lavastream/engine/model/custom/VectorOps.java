package io.lavastream.engine.model.custom;

import io.lavastream.kernels.CacheAttention;
import io.lavastream.kernels.KernelThreads;
import io.lavastream.kernels.PanelProduct;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.op.Scope;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

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

    private static final CustomOperation ATTENTION =
            new CustomOperation(
                    "LavastreamCacheAttention",
                    List.of(
                            "queries: float",
                            "keys: float",
                            "values: float",
                            "places: int32",
                            "lengths: int32"),
                    "attended: float",
                    VectorOps::attention);

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

    /**
     * Attention of single rows to pages of a cache, see {@link CacheAttention}.
     *
     * @param queries [rows, heads, group, size], scaled
     * @param keys [pages, heads, positions, size]
     * @param values likewise
     * @param places [pages that the rows attend to, one row's after the other's]
     * @param lengths [rows], positions that each attends to
     * @param threads that compute it
     * @return as queries; the graph does not know the shape
     */
    public static Operand<TFloat32> cacheAttention(
            Ops tf,
            Operand<TFloat32> queries,
            Operand<TFloat32> keys,
            Operand<TFloat32> values,
            Operand<TInt32> places,
            Operand<TInt32> lengths,
            int threads) {
        Scope scope = tf.scope();
        Output<TFloat32> attended =
                scope.opBuilder(ATTENTION.name(), "CacheAttention")
                        .addInput(queries.asOutput())
                        .addInput(keys.asOutput())
                        .addInput(values.asOutput())
                        .addInput(places.asOutput())
                        .addInput(lengths.asOutput())
                        .setAttr(CustomOperation.THREADS, threads)
                        .build()
                        .output(0);
        return attended;
    }

    private static void attention(KernelThreads threads, KernelCall call) {
        KernelCall.Tensor queries = call.input(0);
        KernelCall.Tensor keys = call.input(1);
        CacheAttention.attend(
                threads,
                new CacheAttention.Pages(
                        keys.data(),
                        call.input(2).data(),
                        keys.dimension(1),
                        keys.dimension(2),
                        keys.dimension(3)),
                queries.data(),
                queries.dimension(2),
                call.input(3).data().asIntBuffer(),
                call.input(4).data().asIntBuffer(),
                call.output(queries.shape().asArray()));
    }
}
