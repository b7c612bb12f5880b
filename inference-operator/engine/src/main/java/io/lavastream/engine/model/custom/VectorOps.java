package io.lavastream.engine.model.custom;

import io.lavastream.kernels.CacheAttention;
import io.lavastream.kernels.FreshRows;
import io.lavastream.kernels.KernelThreads;
import io.lavastream.kernels.KernelWarmUp;
import io.lavastream.kernels.PagedCache;
import io.lavastream.kernels.PanelFormat;
import io.lavastream.kernels.PromptAttention;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Attention that the JVM's own vectors compute, see {@link io.lavastream.kernels.VectorSupport}, as operations, for what TensorFlow's
 * kernels leave far from the speed of the machine. The first use registers them.
 */
public final class VectorOps {
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
     * @param projected [rows, (queryHeads + 2 * heads) * size]: queries, keys, values
     * @param cos of the angle by which each row's queries and keys turn, [rows, size / 2]
     * @param sin likewise
     */
    public record Fresh(
            Operand<TFloat32> projected, Operand<TFloat32> cos, Operand<TFloat32> sin) {}

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
     * @param formats in which matrices are kept
     * @param threads of the operations
     * @param nanoTime monotonic nanoseconds
     */
    public static void warmUp(Set<PanelFormat> formats, int threads, LongSupplier nanoTime) {
        KernelWarmUp.run(CustomOperation.threads(threads), formats, WARM_UP, nanoTime);
    }

    /**
     * Attention of single positions to pages of a cache, see {@link CacheAttention}.
     *
     * @param places [pages that the rows attend to, one row's after the other's]
     * @param lengths [rows], positions that each attends to, its own among them
     * @param threads that compute it
     * @return [rows, queryHeads * size]; the graph does not know the shape
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
     * @return [rows, queryHeads * size]; the graph does not know the shape
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
                fresh.projected(),
                fresh.cos(),
                fresh.sin(),
                cache.keys(),
                cache.values(),
                places,
                which);
    }

    private static void cacheAttention(KernelThreads threads, KernelCall call) {
        PagedCache cache = cache(call);
        CacheAttention.attend(
                threads,
                cache,
                fresh(call, cache),
                call.input(5).data().asIntBuffer(),
                call.input(6).data().asIntBuffer(),
                output(call, cache));
    }

    private static void promptAttention(KernelThreads threads, KernelCall call) {
        PagedCache cache = cache(call);
        IntBuffer span = call.input(6).data().asIntBuffer();
        PromptAttention.attend(
                threads,
                cache,
                fresh(call, cache),
                call.input(5).data().asIntBuffer(),
                span.get(0),
                span.get(1),
                output(call, cache));
    }

    private static FreshRows fresh(KernelCall call, PagedCache cache) {
        return FreshRows.turned(
                call.input(0).data(),
                call.input(1).data(),
                call.input(2).data(),
                queryHeads(call, cache),
                cache.heads(),
                cache.size());
    }

    private static ByteBuffer output(KernelCall call, PagedCache cache) {
        int width = queryHeads(call, cache) * cache.size();
        return call.output(call.input(0).dimension(0), width);
    }

    private static int queryHeads(KernelCall call, PagedCache cache) {
        return call.input(0).dimension(1) / cache.size() - 2 * cache.heads();
    }

    private static PagedCache cache(KernelCall call) {
        return cache(call.input(3), call.input(4));
    }

    static PagedCache cache(KernelCall.Tensor keys, KernelCall.Tensor values) {
        return new PagedCache(
                keys.data(),
                values.data(),
                values.dimension(1),
                values.dimension(2),
                values.dimension(3));
    }

    private static List<String> attentionInputs(String which) {
        List<String> inputs = new ArrayList<>();
        inputs.add("projected: float");
        inputs.addAll(cacheInputs(which));
        return inputs;
    }

    /** @param which of the cache's positions */
    static List<String> cacheInputs(String which) {
        return List.of(
                "cos: float", "sin: float", "keys: float", "values: float", "places: int32", which);
    }
}
