package io.lavastream.kernels;

import static io.lavastream.kernels.VectorMemory.SPECIES;
import static jdk.incubator.vector.VectorOperators.ABS;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.DIV;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MUL;
import static jdk.incubator.vector.VectorOperators.NEG;
import static jdk.incubator.vector.VectorOperators.SUB;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** Functions of whole vectors. Constants are vectors themselves: to make one of a number is more for the JIT compiler than to read one. */
final class VectorMath {
    private static final FloatVector ZERO = all(0);
    private static final FloatVector ONE = all(1);
    private static final FloatVector HALF = all(0.5f);
    private static final FloatVector LOG2_E = all(1.442695f);

    /** The natural logarithm of 2, negative and in two parts, so that n of the first are exact (Cody and Waite, 1980). */
    private static final FloatVector MINUS_LN2_HIGH = all(-0.6933594f);

    private static final FloatVector MINUS_LN2_LOW = all(2.1219444e-4f);

    /** 1.5 * 2^23: a float that is added to it is rounded to an integer, which are then its lowest bits. */
    private static final FloatVector ROUNDING = all(12582912f);

    /** Where the result is hardly more than the smallest of normal numbers. */
    private static final FloatVector LOWEST = all(-87.33654f);

    private static final FloatVector P0 = all(1.9875691e-4f);
    private static final FloatVector P1 = all(1.3981999e-3f);
    private static final FloatVector P2 = all(8.333452e-3f);
    private static final FloatVector P3 = all(4.1665796e-2f);
    private static final FloatVector P4 = all(0.16666666f);

    private static final FloatVector MINUS_QUICK_GELU = all(-1.702f);
    private static final int MANTISSA_BITS = 23;

    private VectorMath() {}

    /**
     * e to the power of {@code x}, of values from minus infinity to 0, with an error of 2e-7 of the result; about 2^-126 where it
     * would be less. The polynomial is that of Cephes ({@code expf.c}).
     */
    static FloatVector exp(FloatVector x) {
        // Not by their own max, which takes several times as long; NaN stays NaN.
        FloatVector bounded = x.blend(LOWEST, x.compare(LT, LOWEST));
        FloatVector shifted = bounded.lanewise(FMA, LOG2_E, ROUNDING);
        FloatVector n = shifted.lanewise(SUB, ROUNDING);
        FloatVector r = n.lanewise(FMA, MINUS_LN2_LOW, n.lanewise(FMA, MINUS_LN2_HIGH, bounded));
        FloatVector p = P0.lanewise(FMA, r, P1);
        p = p.lanewise(FMA, r, P2);
        p = p.lanewise(FMA, r, P3);
        p = p.lanewise(FMA, r, P4);
        p = p.lanewise(FMA, r, HALF);
        p = p.lanewise(FMA, r.lanewise(MUL, r), r.lanewise(ADD, ONE));
        IntVector exponent = shifted.reinterpretAsInts().lanewise(LSHL, MANTISSA_BITS);
        return p.reinterpretAsInts().lanewise(ADD, exponent).reinterpretAsFloats();
    }

    private static FloatVector all(float value) {
        return FloatVector.broadcast(SPECIES, value);
    }

    /** Of all lanes, one after the other: their own reduction adds in another order with newer JDKs, and in another one before it is compiled. */
    static float sum(FloatVector x) {
        float sum = 0;
        for (float lane : x.toArray()) {
            sum += lane;
        }
        return sum;
    }

    /** {@code x / (1 + exp(-x))}. */
    static FloatVector silu(FloatVector x) {
        return timesSigmoid(x, exp(x.lanewise(ABS).lanewise(NEG)));
    }

    /** {@code x / (1 + exp(-1.702 x))}. */
    static FloatVector quickGelu(FloatVector x) {
        return timesSigmoid(x, exp(x.lanewise(ABS).lanewise(MUL, MINUS_QUICK_GELU)));
    }

    /** x / (1 + e) for x > 0, else x e / (1 + e), where e is at most 1: exp of what is positive may be infinite. */
    private static FloatVector timesSigmoid(FloatVector x, FloatVector e) {
        FloatVector above = x.lanewise(MUL, e).blend(x, x.compare(GT, ZERO));
        return above.lanewise(DIV, e.lanewise(ADD, ONE));
    }
}
