package io.lavastream.engine.model.layers;

import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.math.Mean;
import org.tensorflow.types.TFloat32;

/**
 * Normalisation over the last dimension: of its root mean square or, where there is a bias, as a layer.
 *
 * @param weight of that dimension's length
 * @param bias likewise
 */
public record Norm(Operand<TFloat32> weight, Optional<Operand<TFloat32>> bias, float epsilon) {
    /** Root mean square norm (arXiv 1910.07467): {@code x / sqrt(mean(x^2) + epsilon) * weight}. */
    public static Norm rootMeanSquare(Operand<TFloat32> weight, float epsilon) {
        return new Norm(weight, Optional.empty(), epsilon);
    }

    /** Layer norm (arXiv 1607.06450), with the biased variance. */
    public static Norm layer(Operand<TFloat32> weight, Operand<TFloat32> bias, float epsilon) {
        return new Norm(weight, Optional.of(bias), epsilon);
    }

    /** Of {@code x} [..., length]. */
    public Operand<TFloat32> of(Ops tf, Operand<TFloat32> x) {
        Operand<TFloat32> centred = bias.isPresent() ? tf.math.sub(x, mean(tf, x)) : x;
        Operand<TFloat32> meanSquare = mean(tf, tf.math.square(centred));
        Operand<TFloat32> inverse = tf.math.rsqrt(tf.math.add(meanSquare, tf.constant(epsilon)));
        Operand<TFloat32> normed = tf.math.mul(tf.math.mul(centred, inverse), weight);
        return bias.isPresent() ? tf.math.add(normed, bias.get()) : normed;
    }

    private static Operand<TFloat32> mean(Ops tf, Operand<TFloat32> x) {
        return tf.math.mean(x, tf.constant(-1), Mean.keepDims(true));
    }
}
