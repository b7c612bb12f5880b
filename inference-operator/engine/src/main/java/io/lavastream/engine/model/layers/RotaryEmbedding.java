package io.lavastream.engine.model.layers;

import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Rotary position embedding (arXiv 2104.09864) in the rotate-half form: component i turns with
 * component i + headSize / 2, as the public checkpoints have their queries and keys ordered.
 *
 * <p>Belongs to the graph that it is built with; one thread.
 */
public final class RotaryEmbedding {
    private final Operand<TFloat32> cos;
    private final Operand<TFloat32> sin;

    /** For both halves, [rows, 1, headSize], the sine being negative for the first; made when they are first needed. */
    private Optional<Both> both = Optional.empty();

    private record Both(Operand<TFloat32> cos, Operand<TFloat32> sin) {}

    private RotaryEmbedding(Operand<TFloat32> cos, Operand<TFloat32> sin) {
        this.cos = cos;
        this.sin = sin;
    }

    /** The angles of {@code positions} [rows], out of tables [all positions, headSize / 2]. */
    public static RotaryEmbedding at(
            Ops tf,
            Operand<TFloat32> cosTable,
            Operand<TFloat32> sinTable,
            Operand<TInt32> positions) {
        Operand<TInt32> first = tf.constant(0);
        return new RotaryEmbedding(
                tf.gather(cosTable, positions, first), tf.gather(sinTable, positions, first));
    }

    /** Of the angle of each row's position, [rows, headSize / 2]. */
    public Operand<TFloat32> cos() {
        return cos;
    }

    /** Likewise. */
    public Operand<TFloat32> sin() {
        return sin;
    }

    /** Turns {@code x} [rows, heads, headSize] by its rows' angles. */
    public Operand<TFloat32> apply(Ops tf, Operand<TFloat32> x) {
        Both angles = both.orElseGet(() -> ofBothHalves(tf));
        both = Optional.of(angles);
        List<Output<TFloat32>> halves = tf.split(tf.constant(2), x, 2L).output();
        Operand<TFloat32> swapped =
                tf.concat(List.of(halves.get(1), halves.get(0)), tf.constant(2));
        return tf.math.add(tf.math.mul(x, angles.cos()), tf.math.mul(swapped, angles.sin()));
    }

    private Both ofBothHalves(Ops tf) {
        Operand<TFloat32> once = tf.expandDims(cos, tf.constant(1));
        Operand<TFloat32> sine = tf.expandDims(sin, tf.constant(1));
        return new Both(
                tf.concat(List.of(once, once), tf.constant(2)),
                tf.concat(List.of(tf.math.neg(sine), sine), tf.constant(2)));
    }

    /**
     * The angle of every position and pair, [positions, headSize / 2] flattened. Rounded to float32
     * where the reference implementation rounds, because at position 4000 a rounding is worth 1e-4.
     */
    public static float[] angles(int positions, int headSize, double base) {
        int pairs = headSize / 2;
        float[] angles = new float[positions * pairs];
        for (int pair = 0; pair < pairs; pair++) {
            float frequency = 1f / (float) Math.pow(base, (float) (2 * pair) / headSize);
            for (int position = 0; position < positions; position++) {
                angles[position * pairs + pair] = position * frequency;
            }
        }
        return angles;
    }
}
