package io.lavastream.kernels;

import static io.lavastream.kernels.VectorMemory.SPECIES;

import java.nio.ByteBuffer;
import jdk.incubator.vector.FloatVector;

/** What becomes of each row before it is multiplied. Immutable. */
public final class RowNorm {
    /** Rows stay as they are. */
    public static final RowNorm NONE = new RowNorm(false, new float[0], new float[0], 0);

    private final boolean centred;
    private final float[] weight;
    private final float[] bias;
    private final float epsilon;

    private RowNorm(boolean centred, float[] weight, float[] bias, float epsilon) {
        this.centred = centred;
        this.weight = weight;
        this.bias = bias;
        this.epsilon = epsilon;
    }

    /**
     * Root mean square norm (arXiv 1910.07467): {@code x / sqrt(mean(x^2) + epsilon) * weight}.
     *
     * @param weight a direct buffer, [depth]
     */
    public static RowNorm rootMeanSquare(ByteBuffer weight, float epsilon) {
        return new RowNorm(false, floats(weight), new float[0], epsilon);
    }

    /**
     * Layer norm (arXiv 1607.06450), with the biased variance.
     *
     * @param weight a direct buffer, [depth]
     * @param bias likewise
     */
    public static RowNorm layer(ByteBuffer weight, ByteBuffer bias, float epsilon) {
        return new RowNorm(true, floats(weight), floats(bias), epsilon);
    }

    private static float[] floats(ByteBuffer buffer) {
        float[] values = new float[buffer.remaining() / Float.BYTES];
        buffer.asFloatBuffer().get(values);
        return values;
    }

    /** Changes the first {@code count} values of {@code row}, which are as many as the weight has if there is one. */
    void apply(float[] row, int count) {
        if (weight.length == 0) {
            return;
        }
        if (weight.length != count) {
            throw new IllegalArgumentException(
                    "a norm of %d values (expected: %d)".formatted(weight.length, count));
        }
        if (centred) {
            addToAll(row, count, -sum(row, count) / count);
        }
        float root = (float) Math.sqrt(sumOfSquares(row, count) / count + epsilon);
        multiply(row, count, 1 / root);
        if (centred) {
            add(row, count, bias);
        }
    }

    private static float sum(float[] row, int count) {
        FloatVector sums = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i < SPECIES.loopBound(count); i += SPECIES.length()) {
            sums = sums.add(FloatVector.fromArray(SPECIES, row, i));
        }
        float sum = VectorMath.sum(sums);
        for (; i < count; i++) {
            sum += row[i];
        }
        return sum;
    }

    private static float sumOfSquares(float[] row, int count) {
        FloatVector sums = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i < SPECIES.loopBound(count); i += SPECIES.length()) {
            FloatVector x = FloatVector.fromArray(SPECIES, row, i);
            sums = x.fma(x, sums);
        }
        float sum = VectorMath.sum(sums);
        for (; i < count; i++) {
            sum += row[i] * row[i];
        }
        return sum;
    }

    // Loops that the JIT compiler makes vectors of itself.

    private static void addToAll(float[] row, int count, float value) {
        for (int i = 0; i < count; i++) {
            row[i] += value;
        }
    }

    private void multiply(float[] row, int count, float factor) {
        for (int i = 0; i < count; i++) {
            row[i] = row[i] * factor * weight[i];
        }
    }

    private static void add(float[] row, int count, float[] values) {
        for (int i = 0; i < count; i++) {
            row[i] += values[i];
        }
    }
}
