package io.lavastream.kernels;

import static io.lavastream.kernels.VectorMemory.SPECIES;
import static io.lavastream.kernels.VectorMemory.load;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The innermost loops of {@link PanelTile} for a panel of values in 16 bits, which are widened in registers, beside the arithmetic: a
 * matrix is read in half the time, where reading is what takes it.
 *
 * <p>A panel is [depth, LANES] integers of 32 bits: the lower half of each is a value of one of the first LANES columns, the upper half
 * one of the column LANES further on. A value is a sign, an exponent of 5 bits and 10 of the significand, which lie in the float that it
 * is widened to as they are: one of 2^-126 to 2^-95, or 0.
 *
 * <p>Parameters are as there.
 */
final class HalfTile {
    private static final int WIDTH = PanelTile.WIDTH;
    private static final int LANES = SPECIES.length();

    /** From one k of a panel to the next, in bytes. */
    static final int STEP = LANES * Integer.BYTES;

    /** Of a float's exponent the three upper bits but the sign are not among those of a value. */
    private static final int SHIFT = 3;

    private static final int MASK = 0x8fff_e000;

    private HalfTile() {}

    /** Of {@code rows}, 8, 4, 2 or 1. */
    static void multiply(
            int rows, Object panel, int at, int depth, float[] x, int row, float[] sums, int to) {
        switch (rows) {
            case 8 -> eight(panel, at, depth, x, row, sums, to);
            case 4 -> four(panel, at, depth, x, row, sums, to);
            case 2 -> two(panel, at, depth, x, row, sums, to);
            case 1 -> one(panel, at, depth, x, row, sums, to);
            default -> throw new IllegalArgumentException("rows: " + rows);
        }
    }

    /** Writes {@code depth} consecutive k as {@link PieceTile} reads them. */
    static void widen(Object panel, int at, int depth, float[] piece) {
        int p = at;
        for (int to = 0; to < depth * WIDTH; to += WIDTH) {
            IntVector both = load(panel, p).reinterpretAsInts();
            first(both).intoArray(piece, to);
            second(both).intoArray(piece, to + LANES);
            p += STEP;
        }
    }

    private static FloatVector first(IntVector both) {
        return second(both.lanewise(VectorOperators.LSHL, Short.SIZE));
    }

    private static FloatVector second(IntVector both) {
        return both.lanewise(VectorOperators.ASHR, SHIFT).and(MASK).reinterpretAsFloats();
    }

    private static void eight(
            Object panel, int at, int depth, float[] x, int row, float[] sums, int to) {
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
        int end = row + depth * 8;
        int p = at;
        for (int k = row; k < end; k += 8) {
            IntVector both = load(panel, p).reinterpretAsInts();
            FloatVector a = first(both);
            FloatVector b = second(both);
            FloatVector x0 = FloatVector.broadcast(SPECIES, x[k]);
            a0 = x0.fma(a, a0);
            b0 = x0.fma(b, b0);
            FloatVector x1 = FloatVector.broadcast(SPECIES, x[k + 1]);
            a1 = x1.fma(a, a1);
            b1 = x1.fma(b, b1);
            FloatVector x2 = FloatVector.broadcast(SPECIES, x[k + 2]);
            a2 = x2.fma(a, a2);
            b2 = x2.fma(b, b2);
            FloatVector x3 = FloatVector.broadcast(SPECIES, x[k + 3]);
            a3 = x3.fma(a, a3);
            b3 = x3.fma(b, b3);
            FloatVector x4 = FloatVector.broadcast(SPECIES, x[k + 4]);
            a4 = x4.fma(a, a4);
            b4 = x4.fma(b, b4);
            FloatVector x5 = FloatVector.broadcast(SPECIES, x[k + 5]);
            a5 = x5.fma(a, a5);
            b5 = x5.fma(b, b5);
            FloatVector x6 = FloatVector.broadcast(SPECIES, x[k + 6]);
            a6 = x6.fma(a, a6);
            b6 = x6.fma(b, b6);
            FloatVector x7 = FloatVector.broadcast(SPECIES, x[k + 7]);
            a7 = x7.fma(a, a7);
            b7 = x7.fma(b, b7);
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

    private static void four(
            Object panel, int at, int depth, float[] x, int row, float[] sums, int to) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, sums, to);
        FloatVector b0 = FloatVector.fromArray(SPECIES, sums, to + LANES);
        FloatVector a1 = FloatVector.fromArray(SPECIES, sums, to + WIDTH);
        FloatVector b1 = FloatVector.fromArray(SPECIES, sums, to + WIDTH + LANES);
        FloatVector a2 = FloatVector.fromArray(SPECIES, sums, to + 2 * WIDTH);
        FloatVector b2 = FloatVector.fromArray(SPECIES, sums, to + 2 * WIDTH + LANES);
        FloatVector a3 = FloatVector.fromArray(SPECIES, sums, to + 3 * WIDTH);
        FloatVector b3 = FloatVector.fromArray(SPECIES, sums, to + 3 * WIDTH + LANES);
        int end = row + depth * 4;
        int p = at;
        for (int k = row; k < end; k += 4) {
            IntVector both = load(panel, p).reinterpretAsInts();
            FloatVector a = first(both);
            FloatVector b = second(both);
            FloatVector x0 = FloatVector.broadcast(SPECIES, x[k]);
            a0 = x0.fma(a, a0);
            b0 = x0.fma(b, b0);
            FloatVector x1 = FloatVector.broadcast(SPECIES, x[k + 1]);
            a1 = x1.fma(a, a1);
            b1 = x1.fma(b, b1);
            FloatVector x2 = FloatVector.broadcast(SPECIES, x[k + 2]);
            a2 = x2.fma(a, a2);
            b2 = x2.fma(b, b2);
            FloatVector x3 = FloatVector.broadcast(SPECIES, x[k + 3]);
            a3 = x3.fma(a, a3);
            b3 = x3.fma(b, b3);
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

    private static void two(
            Object panel, int at, int depth, float[] x, int row, float[] sums, int to) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, sums, to);
        FloatVector b0 = FloatVector.fromArray(SPECIES, sums, to + LANES);
        FloatVector a1 = FloatVector.fromArray(SPECIES, sums, to + WIDTH);
        FloatVector b1 = FloatVector.fromArray(SPECIES, sums, to + WIDTH + LANES);
        int end = row + depth * 2;
        int p = at;
        for (int k = row; k < end; k += 2) {
            IntVector both = load(panel, p).reinterpretAsInts();
            FloatVector a = first(both);
            FloatVector b = second(both);
            FloatVector x0 = FloatVector.broadcast(SPECIES, x[k]);
            a0 = x0.fma(a, a0);
            b0 = x0.fma(b, b0);
            FloatVector x1 = FloatVector.broadcast(SPECIES, x[k + 1]);
            a1 = x1.fma(a, a1);
            b1 = x1.fma(b, b1);
            p += STEP;
        }
        a0.intoArray(sums, to);
        b0.intoArray(sums, to + LANES);
        a1.intoArray(sums, to + WIDTH);
        b1.intoArray(sums, to + WIDTH + LANES);
    }

    private static void one(
            Object panel, int at, int depth, float[] x, int row, float[] sums, int to) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, sums, to);
        FloatVector b0 = FloatVector.fromArray(SPECIES, sums, to + LANES);
        int end = row + depth;
        int p = at;
        for (int k = row; k < end; k++) {
            IntVector both = load(panel, p).reinterpretAsInts();
            FloatVector a = first(both);
            FloatVector b = second(both);
            FloatVector x0 = FloatVector.broadcast(SPECIES, x[k]);
            a0 = x0.fma(a, a0);
            b0 = x0.fma(b, b0);
            p += STEP;
        }
        a0.intoArray(sums, to);
        b0.intoArray(sums, to + LANES);
    }
}
