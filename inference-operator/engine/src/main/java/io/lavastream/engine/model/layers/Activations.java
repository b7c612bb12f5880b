package io.lavastream.engine.model.layers;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** The non-linearities of CLIP, of LLaVA's projector and of LLaMA, element by element. */
public final class Activations {
    private Activations() {}

    /** {@code x * sigmoid(1.702 x)}, as CLIP was trained. */
    public static Operand<TFloat32> quickGelu(Ops tf, Operand<TFloat32> x) {
        return tf.math.mul(x, tf.math.sigmoid(tf.math.mul(x, tf.constant(1.702f))));
    }

    /**
     * The exact form, {@code x * (1 + erf(x / sqrt 2)) / 2}; the tanh form differs by up to 5e-4.
     */
    public static Operand<TFloat32> gelu(Ops tf, Operand<TFloat32> x) {
        Operand<TFloat32> erf = tf.math.erf(tf.math.mul(x, tf.constant((float) Math.sqrt(0.5))));
        Operand<TFloat32> half = tf.math.mul(x, tf.constant(0.5f));
        return tf.math.mul(half, tf.math.add(erf, tf.constant(1f)));
    }

    /**
     * {@code silu(gate) * up}, where {@code silu(x) = x * sigmoid(x)} (arXiv 2002.05202). Multiplied in an order in which
     * oneDNN's optimizer does not find silu: its own operation takes 0.1 ms, whatever the size.
     */
    public static Operand<TFloat32> swiGlu(Ops tf, Operand<TFloat32> gate, Operand<TFloat32> up) {
        return tf.math.mul(tf.math.mul(gate, up), tf.math.sigmoid(gate));
    }
}
