package io.lavastream.kernels;

import static io.lavastream.kernels.PackedRows.DISTANCE;
import static io.lavastream.kernels.VectorMemory.SPECIES;
import static io.lavastream.kernels.VectorMemory.load;
import static io.lavastream.kernels.VectorMemory.touch;

import jdk.incubator.vector.FloatVector;

/**
 * The innermost loops of a product: some rows of x times one panel, two vectors wide, with all sums in registers. Written out, since
 * the JIT compiler keeps vectors in registers only where each is a variable of its own; eight rows take 19 of the 32 registers of
 * AVX-512, six take 15 of the 16 of AVX2.
 *
 * <p>Each adds to {@code sums} the products of {@code depth} consecutive k, in their order and each with one rounding, so a row's result
 * does not depend on the rows beside it.
 *
 * <p>Parameters of all but {@link #twin}: {@code panel} from byte {@code at} on, [depth, WIDTH], {@code step} bytes from one k to the next; {@code x} from
 * {@code row} on, a row {@link PackedRows#DISTANCE} behind the other; {@code sums} from {@code to} on, [rows, WIDTH].
 */
final class PanelTile {
    /** Columns of a panel. */
    static final int WIDTH = 2 * SPECIES.length();

    /** The most rows of any machine's tiles. */
    static final int MOST = 8;

    /** The most rows at once. */
    static final int ROWS = SPECIES.length() >= 16 ? MOST : 6;

    private static final int LANES = SPECIES.length();
    private static final int BYTES = LANES * Float.BYTES;

    /** From one k of a panel to the next, in bytes, where it has nothing else between them. */
    static final int STEP = WIDTH * Float.BYTES;

    private PanelTile() {}

    /** Writes {@code depth} consecutive k of a panel, as they are, as {@link PieceTile} reads them. */
    static void widen(Object panel, int at, int depth, float[] piece) {
        int p = at;
        for (int to = 0; to < depth * WIDTH; to += WIDTH) {
            load(panel, p).intoArray(piece, to);
            load(panel, p + BYTES).intoArray(piece, to + LANES);
            p += STEP;
        }
    }

    /** Of as many rows as a tile has at most, {@link #ROWS}. */
    static void most(
            Object panel, int at, int step, int depth, float[] x, int row, float[] sums, int to) {
        if (ROWS == MOST) {
            eight(panel, at, step, depth, x, row, sums, to);
        } else {
            six(panel, at, step, depth, x, row, sums, to);
        }
    }

    static void eight(
            Object panel, int at, int step, int depth, float[] x, int row, float[] sums, int to) {
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
        int p = at;
        for (int k = row; k < end; k++) {
            FloatVector a = load(panel, p);
            FloatVector b = load(panel, p + BYTES);
            FloatVector x0 = FloatVector.broadcast(SPECIES, x[k]);
            a0 = x0.fma(a, a0);
            b0 = x0.fma(b, b0);
            FloatVector x1 = FloatVector.broadcast(SPECIES, x[k + DISTANCE]);
            a1 = x1.fma(a, a1);
            b1 = x1.fma(b, b1);
            FloatVector x2 = FloatVector.broadcast(SPECIES, x[k + 2 * DISTANCE]);
            a2 = x2.fma(a, a2);
            b2 = x2.fma(b, b2);
            FloatVector x3 = FloatVector.broadcast(SPECIES, x[k + 3 * DISTANCE]);
            a3 = x3.fma(a, a3);
            b3 = x3.fma(b, b3);
            FloatVector x4 = FloatVector.broadcast(SPECIES, x[k + 4 * DISTANCE]);
            a4 = x4.fma(a, a4);
            b4 = x4.fma(b, b4);
            FloatVector x5 = FloatVector.broadcast(SPECIES, x[k + 5 * DISTANCE]);
            a5 = x5.fma(a, a5);
            b5 = x5.fma(b, b5);
            FloatVector x6 = FloatVector.broadcast(SPECIES, x[k + 6 * DISTANCE]);
            a6 = x6.fma(a, a6);
            b6 = x6.fma(b, b6);
            FloatVector x7 = FloatVector.broadcast(SPECIES, x[k + 7 * DISTANCE]);
            a7 = x7.fma(a, a7);
            b7 = x7.fma(b, b7);
            p += step;
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

    static void six(
            Object panel, int at, int step, int depth, float[] x, int row, float[] sums, int to) {
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
        int end = row + depth;
        int p = at;
        for (int k = row; k < end; k++) {
            FloatVector a = load(panel, p);
            FloatVector b = load(panel, p + BYTES);
            FloatVector x0 = FloatVector.broadcast(SPECIES, x[k]);
            a0 = x0.fma(a, a0);
            b0 = x0.fma(b, b0);
            FloatVector x1 = FloatVector.broadcast(SPECIES, x[k + DISTANCE]);
            a1 = x1.fma(a, a1);
            b1 = x1.fma(b, b1);
            FloatVector x2 = FloatVector.broadcast(SPECIES, x[k + 2 * DISTANCE]);
            a2 = x2.fma(a, a2);
            b2 = x2.fma(b, b2);
            FloatVector x3 = FloatVector.broadcast(SPECIES, x[k + 3 * DISTANCE]);
            a3 = x3.fma(a, a3);
            b3 = x3.fma(b, b3);
            FloatVector x4 = FloatVector.broadcast(SPECIES, x[k + 4 * DISTANCE]);
            a4 = x4.fma(a, a4);
            b4 = x4.fma(b, b4);
            FloatVector x5 = FloatVector.broadcast(SPECIES, x[k + 5 * DISTANCE]);
            a5 = x5.fma(a, a5);
            b5 = x5.fma(b, b5);
            p += step;
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
    }

    static void four(
            Object panel, int at, int step, int depth, float[] x, int row, float[] sums, int to) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, sums, to);
        FloatVector b0 = FloatVector.fromArray(SPECIES, sums, to + LANES);
        FloatVector a1 = FloatVector.fromArray(SPECIES, sums, to + WIDTH);
        FloatVector b1 = FloatVector.fromArray(SPECIES, sums, to + WIDTH + LANES);
        FloatVector a2 = FloatVector.fromArray(SPECIES, sums, to + 2 * WIDTH);
        FloatVector b2 = FloatVector.fromArray(SPECIES, sums, to + 2 * WIDTH + LANES);
        FloatVector a3 = FloatVector.fromArray(SPECIES, sums, to + 3 * WIDTH);
        FloatVector b3 = FloatVector.fromArray(SPECIES, sums, to + 3 * WIDTH + LANES);
        int end = row + depth;
        int p = at;
        for (int k = row; k < end; k++) {
            FloatVector a = load(panel, p);
            FloatVector b = load(panel, p + BYTES);
            FloatVector x0 = FloatVector.broadcast(SPECIES, x[k]);
            a0 = x0.fma(a, a0);
            b0 = x0.fma(b, b0);
            FloatVector x1 = FloatVector.broadcast(SPECIES, x[k + DISTANCE]);
            a1 = x1.fma(a, a1);
            b1 = x1.fma(b, b1);
            FloatVector x2 = FloatVector.broadcast(SPECIES, x[k + 2 * DISTANCE]);
            a2 = x2.fma(a, a2);
            b2 = x2.fma(b, b2);
            FloatVector x3 = FloatVector.broadcast(SPECIES, x[k + 3 * DISTANCE]);
            a3 = x3.fma(a, a3);
            b3 = x3.fma(b, b3);
            p += step;
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

    static void two(
            Object panel, int at, int step, int depth, float[] x, int row, float[] sums, int to) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, sums, to);
        FloatVector b0 = FloatVector.fromArray(SPECIES, sums, to + LANES);
        FloatVector a1 = FloatVector.fromArray(SPECIES, sums, to + WIDTH);
        FloatVector b1 = FloatVector.fromArray(SPECIES, sums, to + WIDTH + LANES);
        int end = row + depth;
        int p = at;
        for (int k = row; k < end; k++) {
            FloatVector a = load(panel, p);
            FloatVector b = load(panel, p + BYTES);
            FloatVector x0 = FloatVector.broadcast(SPECIES, x[k]);
            a0 = x0.fma(a, a0);
            b0 = x0.fma(b, b0);
            FloatVector x1 = FloatVector.broadcast(SPECIES, x[k + DISTANCE]);
            a1 = x1.fma(a, a1);
            b1 = x1.fma(b, b1);
            p += step;
        }
        a0.intoArray(sums, to);
        b0.intoArray(sums, to + LANES);
        a1.intoArray(sums, to + WIDTH);
        b1.intoArray(sums, to + WIDTH + LANES);
    }

    static void one(
            Object panel, int at, int step, int depth, float[] x, int row, float[] sums, int to) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, sums, to);
        FloatVector b0 = FloatVector.fromArray(SPECIES, sums, to + LANES);
        int end = row + depth;
        int p = at;
        for (int k = row; k < end; k++) {
            FloatVector a = load(panel, p);
            FloatVector b = load(panel, p + BYTES);
            FloatVector x0 = FloatVector.broadcast(SPECIES, x[k]);
            a0 = x0.fma(a, a0);
            b0 = x0.fma(b, b0);
            p += step;
        }
        a0.intoArray(sums, to);
        b0.intoArray(sums, to + LANES);
    }

    /**
     * One row times two panels, which have nothing between one k and the next; see {@link Twins}.
     *
     * @param panels [depth, WIDTH] each, from bytes {@code at} and {@code other} on
     * @param sums [WIDTH] each, from {@code to} and {@code next} on
     * @param ahead byte from which on as much as of the first panel is touched, in two places at once, see {@link FetchAhead}
     * @param otherAhead likewise, as of the second
     * @return of no matter; with a result the compiler does not leave out what is touched
     */
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
        int half = depth * (STEP / 2);
        int touched = 0;
        for (int k = row; k < end; k++) {
            FloatVector x0 = FloatVector.broadcast(SPECIES, x[k]);
            a0 = x0.fma(load(panels, p), a0);
            b0 = x0.fma(load(panels, p + BYTES), b0);
            a1 = x0.fma(load(panels, q), a1);
            b1 = x0.fma(load(panels, q + BYTES), b1);
            touched += touch(panels, a);
            touched += touch(panels, a + half);
            touched += touch(panels, b);
            touched += touch(panels, b + half);
            a += STEP / 2;
            b += STEP / 2;
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
