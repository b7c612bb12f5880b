package io.lavastream.engine.model.custom;

import io.lavastream.engine.model.layers.Surroundings;
import io.lavastream.kernels.FeedForward;
import io.lavastream.kernels.InputRows;
import io.lavastream.kernels.KernelThreads;
import io.lavastream.kernels.PanelFormat;
import io.lavastream.kernels.PanelProduct;
import io.lavastream.kernels.SelfAttention;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/** Products with matrices in panels, see {@link PanelProduct}, as operations. The first use registers them. */
public final class PanelOps {
    /** Two products, of which the second multiplies what is made of the first. */
    private record TwoForms(ProductForm first, Between between, ProductForm second) {
        String name() {
            return "Lavastream" + between.name + first.suffix() + "Then" + second.suffix();
        }

        List<String> inputs() {
            List<String> inputs = new ArrayList<>(first.inputs());
            second.inputsBehindX().forEach(input -> inputs.add("second_" + input));
            if (between == Between.ATTENTION) {
                inputs.add("heads: int32");
            }
            return inputs;
        }
    }

    private enum Between {
        /** That of the first form. */
        FUNCTION("FeedForward"),

        ATTENTION("SelfAttention");

        final String name;

        Between(String name) {
            this.name = name;
        }
    }

    private static final ConcurrentMap<ProductForm, CustomOperation> OPERATIONS =
            new ConcurrentHashMap<>();

    private static final ConcurrentMap<TwoForms, CustomOperation> PAIRS = new ConcurrentHashMap<>();

    /**
     * A matrix [in, out] in panels.
     *
     * @param panels of {@link #shape} and {@link #type}
     * @param scales [out], where the format has some
     */
    public record Weights(
            PanelFormat format,
            Operand<? extends TNumber> panels,
            Optional<Operand<TFloat32>> scales) {}

    private PanelOps() {}

    /** Whether a matrix [out, in] can be kept so: whole panels, no more than an operation takes. */
    public static boolean takes(PanelFormat format, long out, long in) {
        return out % PanelProduct.width() == 0
                && in <= Integer.MAX_VALUE
                && format.takes((int) in)
                && shape(format, out, in).size() <= KernelCall.LARGEST / Float.BYTES;
    }

    /** Of a tensor that keeps panels of a matrix [out, in]: [panels, in by how many share an element, columns]. */
    public static Shape shape(PanelFormat format, long out, long in) {
        long width = PanelProduct.width();
        return switch (format) {
            case FLOAT32 -> Shape.of(out / width, in, width);
            case FLOAT16 -> Shape.of(out / width, in, width / 2);
            case INT8 -> Shape.of(out / width, in / 2, width / 2);
        };
    }

    /** Of such a tensor: what several values share are integers. */
    public static Class<? extends TNumber> type(PanelFormat format) {
        return format == PanelFormat.FLOAT32 ? TFloat32.class : TInt32.class;
    }

    /**
     * {@code x} [rows, in] times {@code weights}, with what is around it: [rows, out], or half as many columns for SwiGLU. How many rows
     * there are the graph does not know.
     *
     * @param threads that compute it
     */
    public static Operand<TFloat32> product(
            Ops tf, Operand<TFloat32> x, Weights weights, Surroundings around, int threads) {
        List<Operand<?>> inputs = new ArrayList<>();
        inputs.add(x);
        ProductForm.addInputs(tf, weights, around, inputs);
        return OPERATIONS
                .computeIfAbsent(ProductForm.of(weights, around), PanelOps::register)
                .of(tf, threads, inputs);
    }

    /**
     * Likewise times a {@code second} matrix, with what is around that, as one operation.
     *
     * @param around with a function and without a residual
     * @param aroundSecond without a norm
     */
    public static Operand<TFloat32> feedForward(
            Ops tf,
            Operand<TFloat32> x,
            Weights weights,
            Surroundings around,
            Weights second,
            Surroundings aroundSecond,
            int threads) {
        List<Operand<?>> inputs = new ArrayList<>();
        inputs.add(x);
        ProductForm.addInputs(tf, weights, around, inputs);
        ProductForm.addInputs(tf, second, aroundSecond, inputs);
        TwoForms forms =
                new TwoForms(
                        ProductForm.of(weights, around),
                        Between.FUNCTION,
                        ProductForm.of(second, aroundSecond));
        return PAIRS.computeIfAbsent(forms, PanelOps::register).of(tf, threads, inputs);
    }

    /** Whether {@link #selfAttention} takes heads of so many values. */
    public static boolean takesSelfAttention(long headSize) {
        return headSize <= Integer.MAX_VALUE && SelfAttention.takes((int) headSize);
    }

    /**
     * {@code x} times {@code weights}, queries, keys and values, attention of each row to all of them, and what they find times a {@code second}
     * matrix, see {@link SelfAttention}, as one operation.
     *
     * @param around without a function and without a residual
     * @param aroundSecond without a norm
     */
    public static Operand<TFloat32> selfAttention(
            Ops tf,
            Operand<TFloat32> x,
            Weights weights,
            Surroundings around,
            int heads,
            Weights second,
            Surroundings aroundSecond,
            int threads) {
        List<Operand<?>> inputs = new ArrayList<>();
        inputs.add(x);
        ProductForm.addInputs(tf, weights, around, inputs);
        ProductForm.addInputs(tf, second, aroundSecond, inputs);
        inputs.add(tf.constant(heads));
        TwoForms forms =
                new TwoForms(
                        ProductForm.of(weights, around),
                        Between.ATTENTION,
                        ProductForm.of(second, aroundSecond));
        return PAIRS.computeIfAbsent(forms, PanelOps::register).of(tf, threads, inputs);
    }

    private static CustomOperation register(ProductForm form) {
        return new CustomOperation(
                form.name(),
                form.inputs(),
                "product: float",
                (threads, call) -> compute(threads, call, form));
    }

    private static CustomOperation register(TwoForms forms) {
        return new CustomOperation(
                forms.name(),
                forms.inputs(),
                "product: float",
                (threads, call) -> compute(threads, call, forms));
    }

    private static void compute(KernelThreads threads, KernelCall call, ProductForm form) {
        KernelCall.Tensor x = call.next();
        ProductForm.Operands operands = form.next(call, x.dimension(-1));
        PanelProduct.multiply(
                threads,
                new InputRows(x.data(), x.dimension(0), operands.norm()),
                operands.matrix(),
                operands.epilogue(),
                call.output(x.dimension(0), operands.columns()));
    }

    private static void compute(KernelThreads threads, KernelCall call, TwoForms forms) {
        KernelCall.Tensor x = call.next();
        ProductForm.Operands first = forms.first().next(call, x.dimension(-1));
        boolean attention = forms.between() == Between.ATTENTION;
        ProductForm.Operands second =
                forms.second().next(call, attention ? first.columns() / 3 : first.columns());
        InputRows rows = new InputRows(x.data(), x.dimension(0), first.norm());
        if (attention) {
            int heads = call.next().data().asIntBuffer().get(0);
            SelfAttention.multiply(
                    threads,
                    rows,
                    first.matrix(),
                    first.epilogue(),
                    heads,
                    second.matrix(),
                    second.epilogue(),
                    call.output(rows.count(), second.columns()));
        } else {
            FeedForward.multiply(
                    threads,
                    rows,
                    first.matrix(),
                    first.epilogue(),
                    second.matrix(),
                    second.epilogue(),
                    call.output(rows.count(), second.columns()));
        }
    }
}
