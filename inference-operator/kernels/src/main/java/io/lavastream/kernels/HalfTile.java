package io.lavastream.kernels;

import static io.lavastream.kernels.PackedRows.DISTANCE;
import static io.lavastream.kernels.VectorMemory.INTS;
import static io.lavastream.kernels.VectorMemory.SPECIES;
import static io.lavastream.kernels.VectorMemory.loadInts;
import static io.lavastream.kernels.VectorMemory.touch;
import static jdk.incubator.vector.VectorOperators.AND;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.LSHL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * The innermost loops of {@link PanelTile} for a panel of values in 16 bits, which are widened in registers, beside the arithmetic: a
 * matrix is read in half the time, where reading is what takes it.
 *
 * <p>A panel is [depth, LANES] integers of 32 bits: the lower half of each is a value of one of the first LANES columns, the upper half
 * one of the column LANES further on. A value is a sign, an exponent of 5 bits and 10 of the significand, which lie in the float that it
 * is widened to as they are: one of 2^-126 to 2^-95, or 0.
 *
 * <p>Operations are called by {@code lanewise}, as each way around it takes some of the nodes of which eight rows leave few, see {@link Apart}.
 *
 * <p>Parameters are as there.
 */
final class HalfTile {
    private static final int WIDTH = PanelTile.WIDTH;
    private static final int LANES = SPECIES.length();

    /** From one k of a panel to the next, in bytes. */
    static final int STEP = LANES * Integer.BYTES;

    /** Of a float's exponent the three upper bits but the sign are not among those of a value. */
    static final int SHIFT = 3;

    static final int MASK = 0x8fff_e000;

    private HalfTile() {}

    /** Writes {@code depth} consecutive k as {@link PieceTile} reads them. */
    static void widen(Object panel, int at, int depth, float[] piece) {
        IntVector mask = IntVector.broadcast(INTS, MASK);
        int p = at;
        for (int to = 0; to < depth * WIDTH; to += WIDTH) {
            IntVector both = loadInts(panel, p);
            first(both, mask).intoArray(piece, to);
            second(both, mask).intoArray(piece, to + LANES);
            p += STEP;
        }
    }

    static FloatVector first(IntVector both, IntVector mask) {
        return second(both.lanewise(LSHL, Short.SIZE), mask);
    }

    static FloatVector second(IntVector both, IntVector mask) {
        return both.lanewise(ASHR, SHIFT).lanewise(AND, mask).reinterpretAsFloats();
    }

    static void eight(Object panel, int at, int depth, float[] x, int row, float[] sums, int to) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, sums, to);
        FloatVector b0 = FloatVector.fromArray(SPECIES, sums, to + LANES);
        FloatVector a1 = FloatVector.fromArray(SPECIES, sums, to + WIDTH);
        FloatVector b1 = FloatVector.fromArray(SPECIES, sums, to + WIDTH + LANES);
        FloatVector a2 = FloatVector.fromArray(SPECIES, sums, to + 2 * WIDTH);
        FloatVector b2 = FloatVector.fromArray(SPECIES, sums, to + 2 * WIDTH + LANES);
        FloatVector a3 = FloatVector.fromArray(SPECIES, sums, to + 3 * WIDTH);
        FloatVector b3 = FloatVector.fromArray(SPECIES, sums, to + 3 * WIDTH + LANES);
        FloatVector a4 = FloatVector.fromArray(SPECIES, sums, to + 4 * WIDTH);
        FloatVector b4 = FloatVector.fromArray(SPECIES, sums, to + 4 * WIDTH + LANES);
        FloatVector a5 = FloatVector.fromArray(SPECIES, sums, to + 5 * WIDTH);
        FloatVector b5 = FloatVector.fromArray(SPECIES, sums, to + 5 * WIDTH + LANES);
        FloatVector a6 = FloatVector.fromArray(SPECIES, sums, to + 6 * WIDTH);
        FloatVector b6 = FloatVector.fromArray(SPECIES, sums, to + 6 * WIDTH + LANES);
        FloatVector a7 = FloatVector.fromArray(SPECIES, sums, to + 7 * WIDTH);
        FloatVector b7 = FloatVector.fromArray(SPECIES, sums, to + 7 * WIDTH + LANES);
        int end = row + depth;
        IntVector mask = IntVector.broadcast(INTS, MASK);
        int p = at;
        for (int k = row; k < end; k++) {
            IntVector both = loadInts(panel, p);
            FloatVector a = first(both, mask);
            FloatVector b = second(both, mask);
            FloatVector x0 = FloatVector.broadcast(SPECIES, x[k]);
            a0 = x0.lanewise(FMA, a, a0);
            b0 = x0.lanewise(FMA, b, b0);
            FloatVector x1 = FloatVector.broadcast(SPECIES, x[k + DISTANCE]);
            a1 = x1.lanewise(FMA, a, a1);
            b1 = x1.lanewise(FMA, b, b1);
            FloatVector x2 = FloatVector.broadcast(SPECIES, x[k + 2 * DISTANCE]);
            a2 = x2.lanewise(FMA, a, a2);
            b2 = x2.lanewise(FMA, b, b2);
            FloatVector x3 = FloatVector.broadcast(SPECIES, x[k + 3 * DISTANCE]);
            a3 = x3.lanewise(FMA, a, a3);
            b3 = x3.lanewise(FMA, b, b3);
            FloatVector x4 = FloatVector.broadcast(SPECIES, x[k + 4 * DISTANCE]);
            a4 = x4.lanewise(FMA, a, a4);
            b4 = x4.lanewise(FMA, b, b4);
            FloatVector x5 = FloatVector.broadcast(SPECIES, x[k + 5 * DISTANCE]);
            a5 = x5.lanewise(FMA, a, a5);
            b5 = x5.lanewise(FMA, b, b5);
            FloatVector x6 = FloatVector.broadcast(SPECIES, x[k + 6 * DISTANCE]);
            a6 = x6.lanewise(FMA, a, a6);
            b6 = x6.lanewise(FMA, b, b6);
            FloatVector x7 = FloatVector.broadcast(SPECIES, x[k + 7 * DISTANCE]);
            a7 = x7.lanewise(FMA, a, a7);
            b7 = x7.lanewise(FMA, b, b7);
            p += STEP;
        }
        a0.intoArray(sums, to);
        b0.intoArray(sums, to + LANES);
        a1.intoArray(sums, to + WIDTH);
        b1.intoArray(sums, to + WIDTH + LANES);
        a2.intoArray(sums, to + 2 * WIDTH);
        b2.intoArray(sums, to + 2 * WIDTH + LANES);
        a3.intoArray(sums, to + 3 * WIDTH);
        b3.intoArray(sums, to + 3 * WIDTH + LANES);
        a4.intoArray(sums, to + 4 * WIDTH);
        b4.intoArray(sums, to + 4 * WIDTH + LANES);
        a5.intoArray(sums, to + 5 * WIDTH);
        b5.intoArray(sums, to + 5 * WIDTH + LANES);
        a6.intoArray(sums, to + 6 * WIDTH);
        b6.intoArray(sums, to + 6 * WIDTH + LANES);
        a7.intoArray(sums, to + 7 * WIDTH);
        b7.intoArray(sums, to + 7 * WIDTH + LANES);
    }

    static void four(Object panel, int at, int depth, float[] x, int row, float[] sums, int to) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, sums, to);
        FloatVector b0 = FloatVector.fromArray(SPECIES, sums, to + LANES);
        FloatVector a1 = FloatVector.fromArray(SPECIES, sums, to + WIDTH);
        FloatVector b1 = FloatVector.fromArray(SPECIES, sums, to + WIDTH + LANES);
        FloatVector a2 = FloatVector.fromArray(SPECIES, sums, to + 2 * WIDTH);
        FloatVector b2 = FloatVector.fromArray(SPECIES, sums, to + 2 * WIDTH + LANES);
        FloatVector a3 = FloatVector.fromArray(SPECIES, sums, to + 3 * WIDTH);
        FloatVector b3 = FloatVector.fromArray(SPECIES, sums, to + 3 * WIDTH + LANES);
        int end = row + depth;
        IntVector mask = IntVector.broadcast(INTS, MASK);
        int p = at;
        for (int k = row; k < end; k++) {
            IntVector both = loadInts(panel, p);
            FloatVector a = first(both, mask);
            FloatVector b = second(both, mask);
            FloatVector x0 = FloatVector.broadcast(SPECIES, x[k]);
            a0 = x0.lanewise(FMA, a, a0);
            b0 = x0.lanewise(FMA, b, b0);
            FloatVector x1 = FloatVector.broadcast(SPECIES, x[k + DISTANCE]);
            a1 = x1.lanewise(FMA, a, a1);
            b1 = x1.lanewise(FMA, b, b1);
            FloatVector x2 = FloatVector.broadcast(SPECIES, x[k + 2 * DISTANCE]);
            a2 = x2.lanewise(FMA, a, a2);
            b2 = x2.lanewise(FMA, b, b2);
            FloatVector x3 = FloatVector.broadcast(SPECIES, x[k + 3 * DISTANCE]);
            a3 = x3.lanewise(FMA, a, a3);
            b3 = x3.lanewise(FMA, b, b3);
            p += STEP;
        }
        a0.intoArray(sums, to);
        b0.intoArray(sums, to + LANES);
        a1.intoArray(sums, to + WIDTH);
        b1.intoArray(sums, to + WIDTH + LANES);
        a2.intoArray(sums, to + 2 * WIDTH);
        b2.intoArray(sums, to + 2 * WIDTH + LANES);
        a3.intoArray(sums, to + 3 * WIDTH);
        b3.intoArray(sums, to + 3 * WIDTH + LANES);
    }

    static void two(Object panel, int at, int depth, float[] x, int row, float[] sums, int to) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, sums, to);
        FloatVector b0 = FloatVector.fromArray(SPECIES, sums, to + LANES);
        FloatVector a1 = FloatVector.fromArray(SPECIES, sums, to + WIDTH);
        FloatVector b1 = FloatVector.fromArray(SPECIES, sums, to + WIDTH + LANES);
        int end = row + depth;
        IntVector mask = IntVector.broadcast(INTS, MASK);
        int p = at;
        for (int k = row; k < end; k++) {
            IntVector both = loadInts(panel, p);
            FloatVector a = first(both, mask);
            FloatVector b = second(both, mask);
            FloatVector x0 = FloatVector.broadcast(SPECIES, x[k]);
            a0 = x0.lanewise(FMA, a, a0);
            b0 = x0.lanewise(FMA, b, b0);
            FloatVector x1 = FloatVector.broadcast(SPECIES, x[k + DISTANCE]);
            a1 = x1.lanewise(FMA, a, a1);
            b1 = x1.lanewise(FMA, b, b1);
            p += STEP;
        }
        a0.intoArray(sums, to);
        b0.intoArray(sums, to + LANES);
        a1.intoArray(sums, to + WIDTH);
        b1.intoArray(sums, to + WIDTH + LANES);
    }

    static void one(Object panel, int at, int depth, float[] x, int row, float[] sums, int to) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, sums, to);
        FloatVector b0 = FloatVector.fromArray(SPECIES, sums, to + LANES);
        int end = row + depth;
        IntVector mask = IntVector.broadcast(INTS, MASK);
        int p = at;
        for (int k = row; k < end; k++) {
            IntVector both = loadInts(panel, p);
            FloatVector a = first(both, mask);
            FloatVector b = second(both, mask);
            FloatVector x0 = FloatVector.broadcast(SPECIES, x[k]);
            a0 = x0.lanewise(FMA, a, a0);
            b0 = x0.lanewise(FMA, b, b0);
            p += STEP;
        }
        a0.intoArray(sums, to);
        b0.intoArray(sums, to + LANES);
    }

    /** As {@link PanelTile#twin}. */
    static int twin(
            Object panels,
            int at,
            int other,
            int depth,
            float[] x,
            int row,
            float[] sums,
            int to,
            int next,
            int ahead,
            int otherAhead) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, sums, to);
        FloatVector b0 = FloatVector.fromArray(SPECIES, sums, to + LANES);
        FloatVector a1 = FloatVector.fromArray(SPECIES, sums, next);
        FloatVector b1 = FloatVector.fromArray(SPECIES, sums, next + LANES);
        int end = row + depth;
        IntVector mask = IntVector.broadcast(INTS, MASK);
        int p = at;
        int q = other;
        int a = ahead;
        int b = otherAhead;
        int half = depth / 2 * STEP;
        int touched = 0;
        boolean even = false;
        for (int k = row; k < end; k++) {
            FloatVector x0 = FloatVector.broadcast(SPECIES, x[k]);
            IntVector both = loadInts(panels, p);
            a0 = x0.lanewise(FMA, first(both, mask), a0);
            b0 = x0.lanewise(FMA, second(both, mask), b0);
            IntVector others = loadInts(panels, q);
            a1 = x0.lanewise(FMA, first(others, mask), a1);
            b1 = x0.lanewise(FMA, second(others, mask), b1);
            even = !even;
            if (even) {
                touched += touch(panels, a);
                touched += touch(panels, a + half);
                touched += touch(panels, b);
                touched += touch(panels, b + half);
                a += STEP;
                b += STEP;
            }
            p += STEP;
            q += STEP;
        }
        a0.intoArray(sums, to);
        b0.intoArray(sums, to + LANES);
        a1.intoArray(sums, next);
        b1.intoArray(sums, next + LANES);
        return touched;
    }
}
