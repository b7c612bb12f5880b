package io.lavastream.engine.model.custom;

import io.lavastream.kernels.CacheAttention;
import io.lavastream.kernels.FreshRows;
import io.lavastream.kernels.KernelThreads;
import io.lavastream.kernels.KernelWarmUp;
import io.lavastream.kernels.PagedCache;
import io.lavastream.kernels.PanelProduct;
import io.lavastream.kernels.PromptAttention;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
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

    private static final CustomOperation SWI_GLU =
            new CustomOperation(
                    "LavastreamPanelSwiGlu",
                    List.of("x: float", "panels: float"),
                    "product: float",
                    VectorOps::swiGlu);

    private static final CustomOperation CACHE_ATTENTION =
            new CustomOperation(
                    "LavastreamCacheAttention",
                    attentionInputs("lengths: int32"),
                    "attended: float",
                    VectorOps::cacheAttention);

    private static final CustomOperation PROMPT_ATTENTION =
            new CustomOperation(
                    "LavastreamPromptAttention",
                    attentionInputs("span: int32"),
                    "attended: float",
                    VectorOps::promptAttention);

    /**
     * What rows bring to attention.
     *
     * @param queries [rows, heads, group, size], scaled
     * @param keys [rows, heads, size]
     * @param values likewise
     */
    public record Fresh(
            Operand<TFloat32> queries, Operand<TFloat32> keys, Operand<TFloat32> values) {}

    /**
     * A cache, which the operation writes to in place.
     *
     * @param keys [pages, heads, size, positions]
     * @param values [pages, heads, positions, size]
     */
    public record Cache(Operand<TFloat32> keys, Operand<TFloat32> values) {}

    /** Much more than the JIT compiler needs. */
    private static final Duration WARM_UP = Duration.ofSeconds(15);

    private VectorOps() {}

    /**
     * Lets the JIT compiler see the kernels, for a second or some.
     *
     * @param threads of the operations
     * @param nanoTime monotonic nanoseconds
     */
    public static void warmUp(int threads, LongSupplier nanoTime) {
        KernelWarmUp.run(CustomOperation.threads(threads), WARM_UP, nanoTime);
    }

    /** Columns of a panel of a matrix [out, in]; {@code out} where it is too large for an operation. */
    public static long panelWidth(long out, long in) {
        return out * in <= KernelCall.LARGEST / Float.BYTES ? PanelProduct.width() : out;
    }

    /**
     * {@code x} [rows, in] times {@code panels} [panels, in, {@link PanelProduct#width}]: [rows, panels * width]. How many rows there are
     * the graph does not know.
     *
     * @param threads that compute it
     */
    public static Operand<TFloat32> panelProduct(
            Ops tf, Operand<TFloat32> x, Operand<TFloat32> panels, int threads) {
        return PRODUCT.of(tf, threads, List.of(x, panels));
    }

    /** As {@link #panelProduct}; of the product's columns, SwiGLU of the first half and the second: [rows, panels * width / 2]. */
    public static Operand<TFloat32> panelSwiGlu(
            Ops tf, Operand<TFloat32> x, Operand<TFloat32> panels, int threads) {
        return SWI_GLU.of(tf, threads, List.of(x, panels));
    }

    private static void product(KernelThreads threads, KernelCall call) {
        product(threads, call, 1, PanelProduct::multiply);
    }

    private static void swiGlu(KernelThreads threads, KernelCall call) {
        product(threads, call, 2, PanelProduct::swiGlu);
    }

    /** A product of {@link PanelProduct}. */
    @FunctionalInterface
    private interface Product {
        void compute(
                KernelThreads threads,
                ByteBuffer x,
                ByteBuffer panels,
                ByteBuffer out,
                int rows,
                int depth,
                int columns);
    }

    /** @param matrices that lie one behind the other */
    private static void product(
            KernelThreads threads, KernelCall call, int matrices, Product product) {
        KernelCall.Tensor x = call.input(0);
        KernelCall.Tensor panels = call.input(1);
        int depth = x.dimension(-1);
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
        int columns = Math.multiplyExact(panels.dimension(0) / matrices, panels.dimension(2));
        product.compute(
                threads, x.data(), panels.data(), call.output(rows, columns), rows, depth, columns);
    }

    /**
     * Attention of single positions to pages of a cache, see {@link CacheAttention}.
     *
     * @param places [pages that the rows attend to, one row's after the other's]
     * @param lengths [rows], positions that each attends to, its own among them
     * @param threads that compute it
     * @return as queries; the graph does not know the shape
     */
    public static Operand<TFloat32> cacheAttention(
            Ops tf,
            Fresh fresh,
            Cache cache,
            Operand<TInt32> places,
            Operand<TInt32> lengths,
            int threads) {
        return CACHE_ATTENTION.of(tf, threads, inputs(fresh, cache, places, lengths));
    }

    /**
     * Attention of consecutive positions to those before them and themselves, see {@link PromptAttention}.
     *
     * @param places [pages of their sequence]
     * @param span [2]: position of the first row, and how many rows are positions
     * @param threads that compute it
     * @return as queries; the graph does not know the shape
     */
    public static Operand<TFloat32> promptAttention(
            Ops tf,
            Fresh fresh,
            Cache cache,
            Operand<TInt32> places,
            Operand<TInt32> span,
            int threads) {
        return PROMPT_ATTENTION.of(tf, threads, inputs(fresh, cache, places, span));
    }

    private static List<Operand<?>> inputs(
            Fresh fresh, Cache cache, Operand<TInt32> places, Operand<TInt32> which) {
        return List.of(
                fresh.queries(),
                fresh.keys(),
                fresh.values(),
                cache.keys(),
                cache.values(),
                places,
                which);
    }

    private static void cacheAttention(KernelThreads threads, KernelCall call) {
        CacheAttention.attend(
                threads,
                cache(call),
                fresh(call),
                call.input(5).data().asIntBuffer(),
                call.input(6).data().asIntBuffer(),
                call.output(call.input(0).shape().asArray()));
    }

    private static void promptAttention(KernelThreads threads, KernelCall call) {
        IntBuffer span = call.input(6).data().asIntBuffer();
        PromptAttention.attend(
                threads,
                cache(call),
                fresh(call),
                call.input(5).data().asIntBuffer(),
                span.get(0),
                span.get(1),
                call.output(call.input(0).shape().asArray()));
    }

    private static FreshRows fresh(KernelCall call) {
        KernelCall.Tensor queries = call.input(0);
        return new FreshRows(
                queries.data(), call.input(1).data(), call.input(2).data(), queries.dimension(2));
    }

    private static PagedCache cache(KernelCall call) {
        KernelCall.Tensor values = call.input(4);
        return new PagedCache(
                call.input(3).data(),
                values.data(),
                values.dimension(1),
                values.dimension(2),
                values.dimension(3));
    }

    /** @param which of the cache's positions */
    private static List<String> attentionInputs(String which) {
        return List.of(
                "queries: float",
                "fresh_keys: float",
                "fresh_values: float",
                "keys: float",
                "values: float",
                "places: int32",
                which);
    }
}
