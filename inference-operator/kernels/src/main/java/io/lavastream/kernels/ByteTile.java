package io.lavastream.kernels;

import static io.lavastream.kernels.VectorMemory.SPECIES;
import static io.lavastream.kernels.VectorMemory.loadInts;
import static io.lavastream.kernels.VectorMemory.touch;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * As {@link HalfTile}, of integers in 8 bits. A panel is [depth / 2, LANES] integers of 32 bits, of which each holds, from its lowest byte on,
 * a value of one of the first LANES columns, one of the column LANES further on, and the same columns' of the next k.
 */
final class ByteTile {
    private static final int LANES = SPECIES.length();

    /** From one k of a panel to the next but one, in bytes. */
    static final int STEP = LANES * Integer.BYTES;

    private static final int TOP = Integer.SIZE - Byte.SIZE;

    private ByteTile() {}

    /** One row; {@code depth} is even. */
    static void one(Object panel, int at, int depth, float[] x, int row, float[] sums, int to) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, sums, to);
        FloatVector b0 = FloatVector.fromArray(SPECIES, sums, to + LANES);
        int end = row + depth;
        int p = at;
        for (int k = row; k < end; k += 2) {
            IntVector four = loadInts(panel, p);
            FloatVector x0 = FloatVector.broadcast(SPECIES, x[k]);
            a0 = x0.fma(value(four, 0), a0);
            b0 = x0.fma(value(four, 1), b0);
            FloatVector x1 = FloatVector.broadcast(SPECIES, x[k + 1]);
            a0 = x1.fma(value(four, 2), a0);
            b0 = x1.fma(value(four, 3), b0);
            p += STEP;
        }
        a0.intoArray(sums, to);
        b0.intoArray(sums, to + LANES);
    }

    /** As {@link PanelTile#twin}; {@code depth} is even. */
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
        int p = at;
        int q = other;
        int a = ahead;
        int b = otherAhead;
        int half = depth / 4 * STEP;
        int touched = 0;
        boolean even = false;
        for (int k = row; k < end; k += 2) {
            FloatVector x0 = FloatVector.broadcast(SPECIES, x[k]);
            FloatVector x1 = FloatVector.broadcast(SPECIES, x[k + 1]);
            IntVector four = loadInts(panels, p);
            a0 = x1.fma(value(four, 2), x0.fma(value(four, 0), a0));
            b0 = x1.fma(value(four, 3), x0.fma(value(four, 1), b0));
            IntVector others = loadInts(panels, q);
            a1 = x1.fma(value(others, 2), x0.fma(value(others, 0), a1));
            b1 = x1.fma(value(others, 3), x0.fma(value(others, 1), b1));
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

    /** Writes {@code depth} consecutive k, an even number, as {@link PieceTile} reads them. */
    static void widen(Object panel, int at, int depth, float[] piece) {
        int p = at;
        for (int to = 0; to < depth * 2 * LANES; to += 4 * LANES) {
            IntVector four = loadInts(panel, p);
            value(four, 0).intoArray(piece, to);
            value(four, 1).intoArray(piece, to + LANES);
            value(four, 2).intoArray(piece, to + 2 * LANES);
            value(four, 3).intoArray(piece, to + 3 * LANES);
            p += STEP;
        }
    }

    private static FloatVector value(IntVector four, int index) {
        IntVector top =
                index == 3 ? four : four.lanewise(VectorOperators.LSHL, TOP - Byte.SIZE * index);
        return (FloatVector)
                top.lanewise(VectorOperators.ASHR, TOP).convert(VectorOperators.I2F, 0);
    }
}
