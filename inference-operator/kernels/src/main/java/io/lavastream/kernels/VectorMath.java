package io.lavastream.kernels;

import static io.lavastream.kernels.VectorMemory.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Functions of whole vectors. */
final class VectorMath {
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
        int full = count / PanelTile.WIDTH;
        int rest = count % PanelTile.WIDTH;
        int behind = from + full * stride + rest;
        int end = from + (rest == 0 ? full : full + 1) * stride;
        int lastEnd = from + full * stride + PanelTile.WIDTH;
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
            Arrays.fill(scores, at, at + PanelTile.WIDTH, 0);
        }
        return sum;
    }

    /**
     * What softmax makes of some columns of [rows, {@link PanelTile#WIDTH}], one in each lane, but for the division by their sums, which are
     * written to {@code sums}.
     *
     * @param first of the columns
     */
    static void softmaxOfColumns(float[] scores, int first, int rows, float[] sums) {
        int end = rows * PanelTile.WIDTH;
        IntVector largest = least();
        for (int i = first; i < end; i += PanelTile.WIDTH) {
            largest = largest.max(ordered(FloatVector.fromArray(SPECIES, scores, i)));
        }
        FloatVector max = unordered(largest);
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int i = first; i < end; i += PanelTile.WIDTH) {
            FloatVector share = exp(FloatVector.fromArray(SPECIES, scores, i).sub(max));
            share.intoArray(scores, i);
            sum = sum.add(share);
        }
        sum.intoArray(sums, first);
    }

    private static float max(float[] scores, int from, int stride, int end) {
        IntVector a = least();
        IntVector b = least();
        for (int i = from; i < end; i += stride) {
            a = a.max(ordered(FloatVector.fromArray(SPECIES, scores, i)));
            b = b.max(ordered(FloatVector.fromArray(SPECIES, scores, i + SPECIES.length())));
        }
        return unordered(a.max(b)).reduceLanes(VectorOperators.MAX);
    }

    /**
     * Integers in the order of {@code values}: those below 0 with all bits but the sign's turned. The maximum of integers takes one instruction,
     * that of floats several, each of which waits for the one before.
     */
    private static IntVector ordered(FloatVector values) {
        return ordered(values.reinterpretAsInts());
    }

    private static IntVector ordered(IntVector bits) {
        IntVector negative = bits.lanewise(VectorOperators.ASHR, Integer.SIZE - 1);
        return bits.lanewise(VectorOperators.XOR, negative.and(Integer.MAX_VALUE));
    }

    /** Made anew, as the JIT compiler keeps no vector in registers that begins as one of the heap. */
    private static IntVector least() {
        return ordered(FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY));
    }

    private static FloatVector unordered(IntVector ordered) {
        return ordered(ordered).reinterpretAsFloats();
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
