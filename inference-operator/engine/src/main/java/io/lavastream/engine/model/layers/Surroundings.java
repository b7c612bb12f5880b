package io.lavastream.engine.model.layers;

import io.lavastream.kernels.Epilogue.Activation;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * What a layer has around the product with its matrix: a norm of the rows that come in; then a bias, and a function or the rows that the result is
 * added to.
 *
 * @param bias [columns of the product]
 * @param residual of the result's shape; none with a function
 */
public record Surroundings(
        Optional<Norm> norm,
        Optional<Operand<TFloat32>> bias,
        Activation activation,
        Optional<Operand<TFloat32>> residual) {
    /** Nothing. */
    public static final Surroundings NONE =
            new Surroundings(Optional.empty(), Optional.empty(), Activation.NONE, Optional.empty());

    public Surroundings {
        if (activation != Activation.NONE && residual.isPresent()) {
            throw new IllegalArgumentException(
                    "%s with a residual (expected: none)".formatted(activation));
        }
    }

    /** With {@code norm} before all. */
    public static Surroundings normed(Norm norm) {
        return new Surroundings(
                Optional.of(norm), Optional.empty(), Activation.NONE, Optional.empty());
    }

    /** With {@code bias}. */
    public Surroundings withBias(Operand<TFloat32> bias) {
        return new Surroundings(norm, Optional.of(bias), activation, residual);
    }

    /** With {@code activation}. */
    public Surroundings with(Activation activation) {
        return new Surroundings(norm, bias, activation, residual);
    }

    /** With the result added to {@code residual}. */
    public Surroundings addedTo(Operand<TFloat32> residual) {
        return new Surroundings(norm, bias, activation, Optional.of(residual));
    }

    /** What is multiplied where {@code x} comes in. */
    public Operand<TFloat32> before(Ops tf, Operand<TFloat32> x) {
        return norm.map(some -> some.of(tf, x)).orElse(x);
    }

    /** What comes out where {@code product} is the product; of {@link Activation#SWI_GLU}, with that already. */
    public Operand<TFloat32> behind(Ops tf, Operand<TFloat32> product) {
        Operand<TFloat32> sum =
                bias.<Operand<TFloat32>>map(row -> tf.math.add(product, row)).orElse(product);
        Operand<TFloat32> result =
                activation == Activation.QUICK_GELU ? Activations.quickGelu(tf, sum) : sum;
        return residual.<Operand<TFloat32>>map(rows -> tf.math.add(rows, result)).orElse(result);
    }
}
