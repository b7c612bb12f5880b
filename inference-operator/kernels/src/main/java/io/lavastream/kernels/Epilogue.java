package io.lavastream.kernels;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What becomes of a product before it is written: a bias is added, then a function applied or other rows added. All buffers are direct, and used
 * from index 0 on.
 *
 * @param bias [columns]; none with {@link Activation#SWI_GLU}
 * @param residual of the result's shape; none with a function
 */
public record Epilogue(
        Optional<ByteBuffer> bias, Activation activation, Optional<ByteBuffer> residual) {
    /** The product itself. */
    public static final Epilogue NONE =
            new Epilogue(Optional.empty(), Activation.NONE, Optional.empty());

    public Epilogue {
        if (activation == Activation.SWI_GLU && bias.isPresent()) {
            throw new IllegalArgumentException("SwiGLU with a bias (expected: none)");
        }
        if (activation != Activation.NONE && residual.isPresent()) {
            throw new IllegalArgumentException(
                    "%s with a residual (expected: none)".formatted(activation));
        }
    }

    /** A function of each value. */
    public enum Activation {
        NONE,

        /** {@code x / (1 + exp(-1.702 x))}. */
        QUICK_GELU,

        /**
         * Of the two halves of columns one is made: silu of the first, {@code x / (1 + exp(-x))}, times the second (SwiGLU, arXiv 2002.05202).
         */
        SWI_GLU;

        /** Into how many parts columns are cut, of which the result has one. */
        public int parts() {
            return this == SWI_GLU ? 2 : 1;
        }
    }

    /** SwiGLU of the product. */
    public static Epilogue swiGlu() {
        return new Epilogue(Optional.empty(), Activation.SWI_GLU, Optional.empty());
    }
}
