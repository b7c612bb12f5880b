package io.lavastream.kernels;

import static io.lavastream.kernels.VectorMemory.SPECIES;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.DIV;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MUL;
import static jdk.incubator.vector.VectorOperators.SUB;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

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
        FloatVector lowest = all(LOWEST);
        // Not by their own max, which takes several times as long; NaN stays NaN.
        FloatVector bounded = x.blend(lowest, x.compare(LT, lowest));
        FloatVector rounding = all(ROUNDING);
        FloatVector shifted = bounded.lanewise(FMA, all(LOG2_E), rounding);
        FloatVector n = shifted.lanewise(SUB, rounding);
        FloatVector r = n.lanewise(FMA, all(-LN2_LOW), n.lanewise(FMA, all(-LN2_HIGH), bounded));
        FloatVector p = all(1.9875691e-4f);
        p = p.lanewise(FMA, r, all(1.3981999e-3f));
        p = p.lanewise(FMA, r, all(8.333452e-3f));
        p = p.lanewise(FMA, r, all(4.1665796e-2f));
        p = p.lanewise(FMA, r, all(0.16666666f));
        p = p.lanewise(FMA, r, all(0.5f));
        p = p.lanewise(FMA, r.lanewise(MUL, r), r.lanewise(ADD, all(1)));
        IntVector exponent = shifted.reinterpretAsInts().lanewise(LSHL, MANTISSA_BITS);
        return p.reinterpretAsInts().lanewise(ADD, exponent).reinterpretAsFloats();
    }

    private static FloatVector all(float value) {
        return FloatVector.broadcast(SPECIES, value);
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
        FloatVector above = x.lanewise(MUL, e).blend(x, x.compare(GT, all(0)));
        return above.lanewise(DIV, e.lanewise(ADD, all(1)));
    }
}
