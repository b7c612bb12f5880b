package io.lavastream.engine.model.layers;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.math.Mean;
import org.tensorflow.types.TFloat32;

/** Normalisation over the last dimension. */
public final class Norms {
    private Norms() {}

    /** Root mean square norm (arXiv 1910.07467): {@code x / sqrt(mean(x^2) + epsilon) * weight}. */
    public static Operand<TFloat32> rmsNorm(
            Ops tf, Operand<TFloat32> x, Operand<TFloat32> weight, float epsilon) {
        Operand<TFloat32> meanSquare = mean(tf, tf.math.square(x));
        return tf.math.mul(tf.math.mul(x, inverseRoot(tf, meanSquare, epsilon)), weight);
    }

    /** Layer norm (arXiv 1607.06450), with the biased variance. */
    public static Operand<TFloat32> layerNorm(
            Ops tf,
            Operand<TFloat32> x,
            Operand<TFloat32> weight,
            Operand<TFloat32> bias,
            float epsilon) {
        Operand<TFloat32> centred = tf.math.sub(x, mean(tf, x));
        Operand<TFloat32> variance = mean(tf, tf.math.square(centred));
        Operand<TFloat32> normed = tf.math.mul(centred, inverseRoot(tf, variance, epsilon));
        return tf.math.add(tf.math.mul(normed, weight), bias);
    }

    private static Operand<TFloat32> mean(Ops tf, Operand<TFloat32> x) {
        return tf.math.mean(x, tf.constant(-1), Mean.keepDims(true));
    }

    private static Operand<TFloat32> inverseRoot(Ops tf, Operand<TFloat32> x, float epsilon) {
        return tf.math.rsqrt(tf.math.add(x, tf.constant(epsilon)));
    }
}
