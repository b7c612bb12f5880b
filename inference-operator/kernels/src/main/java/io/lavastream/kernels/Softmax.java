package io.lavastream.kernels;

import static io.lavastream.kernels.VectorMemory.SPECIES;

import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Softmax but for the division by the sum. Its loops are {@link Apart}: Exp alone is most of what the JIT compiler takes in at once. */
final class Softmax {
    private static final int WIDTH = PanelTile.WIDTH;
    private static final int LANES = SPECIES.length();
    private static final Softmax LOOPS = new Softmax();

    /** Of a row, in lanes. */
    private static final ThreadLocal<float[]> MAXIMA =
            ThreadLocal.withInitial(() -> new float[WIDTH]);

    private final MethodHandle max = Apart.method(Softmax.class, "max");
    private final MethodHandle shares = Apart.method(Softmax.class, "shares");
    private final MethodHandle sharesOfColumns = Apart.method(Softmax.class, "sharesOfColumns");

    private Softmax() {}

    /**
     * Turns the first {@code count} scores of a row into their shares, and returns the sum of these. What lies behind them, up to the end
     * of {@code pieces}, becomes 0.
     *
     * @param scores finite; the row's lie in pieces of {@link PanelTile#WIDTH}
     * @param from where its first piece begins
     * @param stride from there to the next one
     */
    static float ofRow(float[] scores, int from, int stride, int pieces, int count) {
        int full = count / WIDTH;
        int rest = count % WIDTH;
        int behind = from + full * stride + rest;
        int used = rest == 0 ? full : full + 1;
        int lastEnd = from + full * stride + WIDTH;
        if (rest > 0) {
            Arrays.fill(scores, behind, lastEnd, Float.NEGATIVE_INFINITY);
        }
        float sum = LOOPS.row(scores, from, stride, used);
        // What is behind the last one adds 2^-126 each: nothing beside the largest share, 1.
        if (rest > 0) {
            Arrays.fill(scores, behind, lastEnd, 0);
        }
        for (int at = from + used * stride; at < from + pieces * stride; at += stride) {
            Arrays.fill(scores, at, at + WIDTH, 0);
        }
        return sum;
    }

    /** Turns each column of [rows, {@link PanelTile#WIDTH}] into shares, whose sums are written to {@code sums}. */
    static void ofColumns(float[] scores, int rows, float[] sums) {
        LOOPS.columns(scores, rows, sums);
    }

    private float row(float[] scores, int from, int stride, int pieces) {
        try {
            float[] maxima = MAXIMA.get();
            max.invokeExact(scores, from, stride, pieces, maxima);
            return (float) shares.invokeExact(scores, from, stride, pieces, maxima);
        } catch (Throwable e) {
            throw VectorMemory.unexpected(e);
        }
    }

    private void columns(float[] scores, int rows, float[] sums) {
        try {
            max.invokeExact(scores, 0, WIDTH, rows, sums);
            for (int first = 0; first < WIDTH; first += LANES) {
                sharesOfColumns.invokeExact(scores, rows, first, sums);
            }
        } catch (Throwable e) {
            throw VectorMemory.unexpected(e);
        }
    }

    /** Writes the maximum of each of a piece's columns. Of four pieces at once, as each maximum waits for the one before it. */
    static void max(float[] scores, int from, int stride, int pieces, float[] maxima) {
        int end = from + pieces * stride;
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
            a0 = above(a0, FloatVector.fromArray(SPECIES, scores, i));
            b0 = above(b0, FloatVector.fromArray(SPECIES, scores, i + LANES));
            a1 = above(a1, FloatVector.fromArray(SPECIES, scores, i + stride));
            b1 = above(b1, FloatVector.fromArray(SPECIES, scores, i + stride + LANES));
            a2 = above(a2, FloatVector.fromArray(SPECIES, scores, i + 2 * stride));
            b2 = above(b2, FloatVector.fromArray(SPECIES, scores, i + 2 * stride + LANES));
            a3 = above(a3, FloatVector.fromArray(SPECIES, scores, i + 3 * stride));
            b3 = above(b3, FloatVector.fromArray(SPECIES, scores, i + 3 * stride + LANES));
        }
        for (; i < end; i += stride) {
            a0 = above(a0, FloatVector.fromArray(SPECIES, scores, i));
            b0 = above(b0, FloatVector.fromArray(SPECIES, scores, i + LANES));
        }
        a0.max(a1).max(a2.max(a3)).intoArray(maxima, 0);
        b0.max(b1).max(b2.max(b3)).intoArray(maxima, LANES);
    }

    /** Of each lane the larger, not by their own max, which takes several times as long: it has an order for 0 and -0. */
    private static FloatVector above(FloatVector a, FloatVector b) {
        return a.blend(b, b.compare(VectorOperators.GT, a));
    }

    /** Vector by vector, of which each piece has two. */
    static float shares(float[] scores, int from, int stride, int pieces, float[] maxima) {
        float max =
                FloatVector.fromArray(SPECIES, maxima, 0)
                        .max(FloatVector.fromArray(SPECIES, maxima, LANES))
                        .reduceLanes(VectorOperators.MAX);
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int vector = 0; vector < 2 * pieces; vector++) {
            int at = from + (vector >> 1) * stride + (vector & 1) * LANES;
            FloatVector share = VectorMath.exp(FloatVector.fromArray(SPECIES, scores, at).sub(max));
            share.intoArray(scores, at);
            sum = sum.add(share);
        }
        return VectorMath.sum(sum);
    }

    /** Of one vector's columns: takes the maxima from {@code sums}, and writes the sums there. */
    static void sharesOfColumns(float[] scores, int rows, int first, float[] sums) {
        FloatVector max = FloatVector.fromArray(SPECIES, sums, first);
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int i = first; i < rows * WIDTH; i += WIDTH) {
            FloatVector share = VectorMath.exp(FloatVector.fromArray(SPECIES, scores, i).sub(max));
            share.intoArray(scores, i);
            sum = sum.add(share);
        }
        sum.intoArray(sums, first);
    }
}
