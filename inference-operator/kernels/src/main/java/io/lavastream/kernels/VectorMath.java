package io.lavastream.kernels;

import static io.lavastream.kernels.VectorMemory.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Functions of whole vectors. */
final class VectorMath {
    private static final int WIDTH = PanelTile.WIDTH;
    private static final float LOG2_E = 1.442695f;

    /** The natural logarithm of 2 in two parts, so that n of the first are exact (Cody and Waite, 1980). */
    private static final float LN2_HIGH = 0.6933594f;

    private static final float LN2_LOW = -2.1219444e-4f;

    /** 1.5 * 2^23: a float that is added to it is rounded to an integer, which are then its lowest bits. */
    private static final float ROUNDING = 12582912f;

    /** Where the result is hardly more than the smallest of normal numbers. */
    private static final float LOWEST = -87.33654f;

    private static final float QUICK_GELU = 1.702f;
    private static final int MANTISSA_BITS = 23;

    private VectorMath() {}

    /**
     * e to the power of {@code x}, of values from minus infinity to 0, with an error of 2e-7 of the result; about 2^-126 where it
     * would be less. The polynomial is that of Cephes ({@code expf.c}).
     */
    static FloatVector exp(FloatVector x) {
        FloatVector lowest = FloatVector.broadcast(SPECIES, LOWEST);
        // Not by their own max, which takes several times as long; NaN stays NaN.
        FloatVector bounded = x.blend(lowest, x.compare(VectorOperators.LT, lowest));
        FloatVector shifted =
                bounded.fma(
                        FloatVector.broadcast(SPECIES, LOG2_E),
                        FloatVector.broadcast(SPECIES, ROUNDING));
        FloatVector n = shifted.sub(ROUNDING);
        FloatVector r =
                n.fma(
                        FloatVector.broadcast(SPECIES, -LN2_LOW),
                        n.fma(FloatVector.broadcast(SPECIES, -LN2_HIGH), bounded));
        FloatVector p = FloatVector.broadcast(SPECIES, 1.9875691e-4f);
        p = p.fma(r, FloatVector.broadcast(SPECIES, 1.3981999e-3f));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 8.333452e-3f));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 4.1665796e-2f));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 0.16666666f));
        p = p.fma(r, FloatVector.broadcast(SPECIES, 0.5f));
        p = p.fma(r.mul(r), r.add(1));
        IntVector exponent =
                shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, MANTISSA_BITS);
        return p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
    }

    /** {@code x / (1 + exp(-x))}. */
    static FloatVector silu(FloatVector x) {
        return timesSigmoid(x, exp(x.abs().neg()));
    }

    /** {@code x / (1 + exp(-1.702 x))}. */
    static FloatVector quickGelu(FloatVector x) {
        return timesSigmoid(x, exp(x.abs().mul(-QUICK_GELU)));
    }

    /** x / (1 + e) for x > 0, else x e / (1 + e), where e is at most 1: exp of what is positive may be infinite. */
    private static FloatVector timesSigmoid(FloatVector x, FloatVector e) {
        return x.mul(e).blend(x, x.compare(VectorOperators.GT, 0)).div(e.add(1));
    }

    /**
     * Turns the first {@code count} scores of a row into what softmax makes of them but for the division, and returns their sum. What lies
     * behind them, up to the end of {@code pieces}, becomes 0.
     *
     * @param scores finite; the row's lie in pieces of {@link PanelTile#WIDTH}
     * @param from where its first piece begins
     * @param stride from there to the next one
     */
    static float softmax(float[] scores, int from, int stride, int pieces, int count) {
        int full = count / WIDTH;
        int rest = count % WIDTH;
        int behind = from + full * stride + rest;
        int end = from + (rest == 0 ? full : full + 1) * stride;
        int lastEnd = from + full * stride + WIDTH;
        if (rest > 0) {
            Arrays.fill(scores, behind, lastEnd, Float.NEGATIVE_INFINITY);
        }
        float max = max(scores, from, stride, end);
        float sum = sumOfShares(scores, from, stride, end, max);
        // What is behind the last one adds 2^-126 each: nothing beside the largest share, 1.
        if (rest > 0) {
            Arrays.fill(scores, behind, lastEnd, 0);
        }
        for (int at = end; at < from + pieces * stride; at += stride) {
            Arrays.fill(scores, at, at + WIDTH, 0);
        }
        return sum;
    }

    /**
     * What softmax makes of each column of [rows, {@link PanelTile#WIDTH}] but for the division by its sum, which is written to {@code sums}. Four
     * rows at once, as each maximum waits for the one before it. Exp is in one place, as the JIT compiler takes in no more of it at once.
     */
    static void softmaxOfColumns(float[] scores, int rows, float[] sums) {
        int lanes = SPECIES.length();
        int end = rows * WIDTH;
        FloatVector a0 = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        FloatVector b0 = a0;
        FloatVector a1 = a0;
        FloatVector b1 = a0;
        FloatVector a2 = a0;
        FloatVector b2 = a0;
        FloatVector a3 = a0;
        FloatVector b3 = a0;
        int i = 0;
        for (; i < end - 3 * WIDTH; i += 4 * WIDTH) {
            a0 = a0.max(FloatVector.fromArray(SPECIES, scores, i));
            b0 = b0.max(FloatVector.fromArray(SPECIES, scores, i + lanes));
            a1 = a1.max(FloatVector.fromArray(SPECIES, scores, i + WIDTH));
            b1 = b1.max(FloatVector.fromArray(SPECIES, scores, i + WIDTH + lanes));
            a2 = a2.max(FloatVector.fromArray(SPECIES, scores, i + 2 * WIDTH));
            b2 = b2.max(FloatVector.fromArray(SPECIES, scores, i + 2 * WIDTH + lanes));
            a3 = a3.max(FloatVector.fromArray(SPECIES, scores, i + 3 * WIDTH));
            b3 = b3.max(FloatVector.fromArray(SPECIES, scores, i + 3 * WIDTH + lanes));
        }
        for (; i < end; i += WIDTH) {
            a0 = a0.max(FloatVector.fromArray(SPECIES, scores, i));
            b0 = b0.max(FloatVector.fromArray(SPECIES, scores, i + lanes));
        }
        a0.max(a1).max(a2.max(a3)).intoArray(sums, 0);
        b0.max(b1).max(b2.max(b3)).intoArray(sums, lanes);
        for (int first = 0; first < WIDTH; first += lanes) {
            FloatVector max = FloatVector.fromArray(SPECIES, sums, first);
            FloatVector sum = FloatVector.zero(SPECIES);
            for (i = first; i < end; i += WIDTH) {
                FloatVector share = exp(FloatVector.fromArray(SPECIES, scores, i).sub(max));
                share.intoArray(scores, i);
                sum = sum.add(share);
            }
            sum.intoArray(sums, first);
        }
    }

    /** Of four pieces at once, as each maximum waits for the one before it. */
    private static float max(float[] scores, int from, int stride, int end) {
        int lanes = SPECIES.length();
        FloatVector a0 = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        FloatVector b0 = a0;
        FloatVector a1 = a0;
        FloatVector b1 = a0;
        FloatVector a2 = a0;
        FloatVector b2 = a0;
        FloatVector a3 = a0;
        FloatVector b3 = a0;
        int i = from;
        for (; i < end - 3 * stride; i += 4 * stride) {
            a0 = a0.max(FloatVector.fromArray(SPECIES, scores, i));
            b0 = b0.max(FloatVector.fromArray(SPECIES, scores, i + lanes));
            a1 = a1.max(FloatVector.fromArray(SPECIES, scores, i + stride));
            b1 = b1.max(FloatVector.fromArray(SPECIES, scores, i + stride + lanes));
            a2 = a2.max(FloatVector.fromArray(SPECIES, scores, i + 2 * stride));
            b2 = b2.max(FloatVector.fromArray(SPECIES, scores, i + 2 * stride + lanes));
            a3 = a3.max(FloatVector.fromArray(SPECIES, scores, i + 3 * stride));
            b3 = b3.max(FloatVector.fromArray(SPECIES, scores, i + 3 * stride + lanes));
        }
        for (; i < end; i += stride) {
            a0 = a0.max(FloatVector.fromArray(SPECIES, scores, i));
            b0 = b0.max(FloatVector.fromArray(SPECIES, scores, i + lanes));
        }
        return a0.max(a1)
                .max(a2.max(a3))
                .max(b0.max(b1).max(b2.max(b3)))
                .reduceLanes(VectorOperators.MAX);
    }

    private static float sumOfShares(float[] scores, int from, int stride, int end, float max) {
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int i = from; i < end; i += stride) {
            FloatVector a = exp(FloatVector.fromArray(SPECIES, scores, i).sub(max));
            FloatVector b =
                    exp(FloatVector.fromArray(SPECIES, scores, i + SPECIES.length()).sub(max));
            a.intoArray(scores, i);
            b.intoArray(scores, i + SPECIES.length());
            sum = sum.add(a.add(b));
        }
        return sum.reduceLanes(VectorOperators.ADD);
    }
}
