package io.lavastream.engine.model.custom;

import io.lavastream.engine.model.layers.Norm;
import io.lavastream.engine.model.layers.Surroundings;
import io.lavastream.kernels.CacheAttention;
import io.lavastream.kernels.DecoderLayer;
import io.lavastream.kernels.Epilogue.Activation;
import io.lavastream.kernels.FreshRows;
import io.lavastream.kernels.KernelThreads;
import io.lavastream.kernels.PagedCache;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * A decoder's layer of a decode step as one operation, see {@link DecoderLayer}: what TensorFlow does between two operations takes as long as a part of a
 * product of one row. The first use registers it.
 */
public final class LayerOps {
    /**
     * Where the rows of a step attend.
     *
     * @param cos of the angle by which each row's queries and keys turn, [rows, size / 2]
     * @param sin likewise
     * @param cache which the operation writes to in place
     * @param places pages that the rows attend to, one row's after the other's
     * @param lengths [rows], positions that each attends to, its own among them
     */
    public record Step(
            Operand<TFloat32> cos,
            Operand<TFloat32> sin,
            VectorOps.Cache cache,
            Operand<TInt32> places,
            Operand<TInt32> lengths) {}

    /**
     * The matrices of a layer, and the norms before two of them; as {@link DecoderLayer.Matrices}.
     *
     * @param wide both halves of whole panels
     */
    public record Weights(
            Norm norm,
            PanelOps.Weights projection,
            PanelOps.Weights output,
            Norm secondNorm,
            PanelOps.Weights wide,
            PanelOps.Weights narrow) {}

    /** What an operation takes: each is registered when a graph has the first one. */
    private record Forms(
            ProductForm projection, ProductForm output, ProductForm wide, ProductForm narrow) {
        String name() {
            return "LavastreamDecoderLayer"
                    + projection.suffix()
                    + "Then"
                    + output.suffix()
                    + "Then"
                    + wide.suffix()
                    + "Then"
                    + narrow.suffix();
        }

        List<String> inputs() {
            List<String> inputs = new ArrayList<>();
            inputs.add("x: float");
            inputs.addAll(VectorOps.cacheInputs("lengths: int32"));
            named("projection_", projection).forEach(inputs::add);
            named("output_", output).forEach(inputs::add);
            named("wide_", wide).forEach(inputs::add);
            named("narrow_", narrow).forEach(inputs::add);
            return inputs;
        }

        private static Stream<String> named(String product, ProductForm form) {
            return form.inputsBehindX().stream().map(input -> product + input);
        }
    }

    private static final ConcurrentMap<Forms, CustomOperation> OPERATIONS =
            new ConcurrentHashMap<>();

    private LayerOps() {}

    /**
     * {@code x} [rows, in] through a layer: of the same shape, which the graph does not know.
     *
     * @param threads that compute it
     */
    public static Operand<TFloat32> decoderLayer(
            Ops tf, Operand<TFloat32> x, Step step, Weights weights, int threads) {
        Surroundings before = Surroundings.normed(weights.norm());
        Surroundings beforeWide =
                Surroundings.normed(weights.secondNorm()).with(Activation.SWI_GLU);
        Forms forms =
                new Forms(
                        ProductForm.of(weights.projection(), before),
                        ProductForm.of(weights.output(), Surroundings.NONE),
                        ProductForm.of(weights.wide(), beforeWide),
                        ProductForm.of(weights.narrow(), Surroundings.NONE));
        List<Operand<?>> inputs = new ArrayList<>();
        inputs.add(x);
        inputs.addAll(
                List.of(
                        step.cos(),
                        step.sin(),
                        step.cache().keys(),
                        step.cache().values(),
                        step.places(),
                        step.lengths()));
        ProductForm.addInputs(tf, weights.projection(), before, inputs);
        ProductForm.addInputs(tf, weights.output(), Surroundings.NONE, inputs);
        ProductForm.addInputs(tf, weights.wide(), beforeWide, inputs);
        ProductForm.addInputs(tf, weights.narrow(), Surroundings.NONE, inputs);
        return OPERATIONS.computeIfAbsent(forms, LayerOps::register).of(tf, threads, inputs);
    }

    private static CustomOperation register(Forms forms) {
        return new CustomOperation(
                forms.name(),
                forms.inputs(),
                "y: float",
                (threads, call) -> compute(threads, call, forms));
    }

    private static void compute(KernelThreads threads, KernelCall call, Forms forms) {
        KernelCall.Tensor x = call.next();
        ByteBuffer cos = call.next().data();
        ByteBuffer sin = call.next().data();
        PagedCache cache = VectorOps.cache(call.next(), call.next());
        IntBuffer places = call.next().data().asIntBuffer();
        IntBuffer lengths = call.next().data().asIntBuffer();
        int hidden = x.dimension(-1);
        ProductForm.Operands projection = forms.projection().next(call, hidden);
        int queryHeads = projection.columns() / cache.size() - 2 * cache.heads();
        ProductForm.Operands output = forms.output().next(call, queryHeads * cache.size());
        ProductForm.Operands wide = forms.wide().next(call, hidden);
        ProductForm.Operands narrow = forms.narrow().next(call, wide.columns());
        int rows = x.dimension(0);
        DecoderLayer.compute(
                threads,
                x.data(),
                rows,
                new DecoderLayer.Matrices(
                        projection.norm(),
                        projection.matrix(),
                        output.matrix(),
                        wide.norm(),
                        wide.matrix(),
                        narrow.matrix()),
                (projected, found) ->
                        CacheAttention.attend(
                                threads,
                                cache,
                                FreshRows.turned(
                                        projected,
                                        cos,
                                        sin,
                                        queryHeads,
                                        cache.heads(),
                                        cache.size()),
                                places,
                                lengths,
                                found),
                call.output(rows, narrow.columns()));
    }
}
