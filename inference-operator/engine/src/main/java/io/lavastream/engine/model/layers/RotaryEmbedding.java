package io.lavastream.engine.model.layers;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Rotary position embedding (arXiv 2104.09864) in the rotate-half form: component i turns with
 * component i + headSize / 2, as the public checkpoints have their queries and keys ordered.
 *
 * @param cos of the angle of each row's position, for both halves, [rows, 1, headSize]
 * @param sin likewise, negative for the first half
 */
public record RotaryEmbedding(Operand<TFloat32> cos, Operand<TFloat32> sin) {
    /** The angles of {@code positions} [rows], out of tables [all positions, headSize / 2]. */
    public static RotaryEmbedding at(
            Ops tf,
            Operand<TFloat32> cosTable,
            Operand<TFloat32> sinTable,
            Operand<TInt32> positions) {
        Operand<TFloat32> cos = rows(tf, cosTable, positions);
        Operand<TFloat32> sin = rows(tf, sinTable, positions);
        return new RotaryEmbedding(
                tf.concat(List.of(cos, cos), tf.constant(2)),
                tf.concat(List.of(tf.math.neg(sin), sin), tf.constant(2)));
    }

    /** Turns {@code x} [rows, heads, headSize] by its rows' angles. */
    public Operand<TFloat32> apply(Ops tf, Operand<TFloat32> x) {
        List<Output<TFloat32>> halves = tf.split(tf.constant(2), x, 2L).output();
        Operand<TFloat32> swapped =
                tf.concat(List.of(halves.get(1), halves.get(0)), tf.constant(2));
        return tf.math.add(tf.math.mul(x, cos), tf.math.mul(swapped, sin));
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

    private static Operand<TFloat32> rows(
            Ops tf, Operand<TFloat32> table, Operand<TInt32> positions) {
        return tf.expandDims(tf.gather(table, positions, tf.constant(0)), tf.constant(1));
    }
}
