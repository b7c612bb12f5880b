package io.lavastream.engine.model.custom;

import io.lavastream.engine.model.custom.PanelOps.Weights;
import io.lavastream.engine.model.layers.Norm;
import io.lavastream.engine.model.layers.Surroundings;
import io.lavastream.kernels.Epilogue;
import io.lavastream.kernels.Epilogue.Activation;
import io.lavastream.kernels.PanelFormat;
import io.lavastream.kernels.PanelMatrix;
import io.lavastream.kernels.PanelProduct;
import io.lavastream.kernels.RowNorm;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;

/** What an operation takes and does of one product: each is registered when a graph has the first one. */
record ProductForm(
        PanelFormat format, NormKind norm, boolean bias, Activation activation, boolean residual) {
    static ProductForm of(Weights weights, Surroundings around) {
        return new ProductForm(
                weights.format(),
                NormKind.of(around.norm()),
                around.bias().isPresent(),
                around.activation(),
                around.residual().isPresent());
    }

    String name() {
        return "LavastreamProduct" + suffix();
    }

    String suffix() {
        return ""
                + switch (format) {
                    case FLOAT32 -> "";
                    case FLOAT16 -> "OfFloat16";
                    case INT8 -> "OfInt8";
                }
                + switch (norm) {
                    case NONE -> "";
                    case ROOT_MEAN_SQUARE -> "RmsNorm";
                    case LAYER -> "LayerNorm";
                }
                + (bias ? "Bias" : "")
                + switch (activation) {
                    case NONE -> "";
                    case QUICK_GELU -> "QuickGelu";
                    case SWI_GLU -> "SwiGlu";
                }
                + (residual ? "Residual" : "");
    }

    List<String> inputs() {
        List<String> inputs = new ArrayList<>();
        inputs.add("x: float");
        inputs.addAll(inputsBehindX());
        return inputs;
    }

    List<String> inputsBehindX() {
        List<String> inputs = new ArrayList<>();
        inputs.add(format == PanelFormat.FLOAT32 ? "panels: float" : "panels: int32");
        if (format.scaled()) {
            inputs.add("scales: float");
        }
        if (norm != NormKind.NONE) {
            inputs.add("norm_weight: float");
            inputs.add("epsilon: float");
        }
        if (norm == NormKind.LAYER) {
            inputs.add("norm_bias: float");
        }
        if (bias) {
            inputs.add("bias: float");
        }
        if (residual) {
            inputs.add("residual: float");
        }
        return inputs;
    }

    enum NormKind {
        NONE,
        ROOT_MEAN_SQUARE,
        LAYER;

        static NormKind of(Optional<Norm> norm) {
            return norm.map(some -> some.bias().isPresent() ? LAYER : ROOT_MEAN_SQUARE)
                    .orElse(NONE);
        }
    }

    /** Adds them to {@code inputs}, in the order of {@link #inputsBehindX}. */
    static void addInputs(Ops tf, Weights weights, Surroundings around, List<Operand<?>> inputs) {
        inputs.add(weights.panels());
        weights.scales().ifPresent(inputs::add);
        around.norm()
                .ifPresent(
                        norm -> {
                            inputs.add(norm.weight());
                            inputs.add(tf.constant(norm.epsilon()));
                            norm.bias().ifPresent(inputs::add);
                        });
        around.bias().ifPresent(inputs::add);
        around.residual().ifPresent(inputs::add);
    }

    /** The next inputs of {@code call}, in the order of {@link #inputsBehindX}. */
    Operands next(KernelCall call, int depth) {
        return new Operands(
                matrix(call, format, depth),
                norm(call, norm),
                new Epilogue(
                        bias ? Optional.of(call.next().data()) : Optional.empty(),
                        activation,
                        residual ? Optional.of(call.next().data()) : Optional.empty()));
    }

    /** What one product takes but for its rows. */
    record Operands(PanelMatrix matrix, RowNorm norm, Epilogue epilogue) {
        /** Of the result. */
        int columns() {
            return matrix.columns() / epilogue.activation().parts();
        }
    }

    private static PanelMatrix matrix(KernelCall call, PanelFormat format, int depth) {
        KernelCall.Tensor panels = call.next();
        int columns = Math.multiplyExact(panels.dimension(0), PanelProduct.width());
        Shape expected = PanelOps.shape(format, columns, depth);
        if (!panels.shape().equals(expected)) {
            throw new IllegalArgumentException(
                    "panels: %s (expected: %s)".formatted(panels.shape(), expected));
        }
        return format.scaled()
                ? new PanelMatrix(format, panels.data(), call.next().data(), depth, columns)
                : PanelMatrix.ofFloats(panels.data(), depth, columns);
    }

    private static RowNorm norm(KernelCall call, NormKind kind) {
        if (kind == NormKind.NONE) {
            return RowNorm.NONE;
        }
        ByteBuffer weight = call.next().data();
        float epsilon = call.next().data().order(ByteOrder.nativeOrder()).getFloat(0);
        return kind == NormKind.LAYER
                ? RowNorm.layer(weight, call.next().data(), epsilon)
                : RowNorm.rootMeanSquare(weight, epsilon);
    }
}
