package io.lavastream.kernels;

import static io.lavastream.kernels.VectorMemory.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * As {@link PieceTile}, of what queries find: its rows are the shares of {@link #QUERIES} of them, which are columns here, [depth, WIDTH] from {@code lane}
 * on.
 */
final class ValueTile {
    private static final int WIDTH = PanelTile.WIDTH;
    private static final int LANES = SPECIES.length();

    /** At once: eight with AVX-512, four with AVX2. */
    static final int QUERIES = LANES / 2;

    private ValueTile() {}

    static void eight(
            float[] piece, int at, int depth, float[] shares, int lane, float[] sums, int to) {
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
        int end = at + depth * WIDTH;
        int k = lane;
        for (int p = at; p < end; p += WIDTH) {
            FloatVector a = FloatVector.fromArray(SPECIES, piece, p);
            FloatVector b = FloatVector.fromArray(SPECIES, piece, p + LANES);
            FloatVector x0 = FloatVector.broadcast(SPECIES, shares[k]);
            a0 = x0.fma(a, a0);
            b0 = x0.fma(b, b0);
            FloatVector x1 = FloatVector.broadcast(SPECIES, shares[k + 1]);
            a1 = x1.fma(a, a1);
            b1 = x1.fma(b, b1);
            FloatVector x2 = FloatVector.broadcast(SPECIES, shares[k + 2]);
            a2 = x2.fma(a, a2);
            b2 = x2.fma(b, b2);
            FloatVector x3 = FloatVector.broadcast(SPECIES, shares[k + 3]);
            a3 = x3.fma(a, a3);
            b3 = x3.fma(b, b3);
            FloatVector x4 = FloatVector.broadcast(SPECIES, shares[k + 4]);
            a4 = x4.fma(a, a4);
            b4 = x4.fma(b, b4);
            FloatVector x5 = FloatVector.broadcast(SPECIES, shares[k + 5]);
            a5 = x5.fma(a, a5);
            b5 = x5.fma(b, b5);
            FloatVector x6 = FloatVector.broadcast(SPECIES, shares[k + 6]);
            a6 = x6.fma(a, a6);
            b6 = x6.fma(b, b6);
            FloatVector x7 = FloatVector.broadcast(SPECIES, shares[k + 7]);
            a7 = x7.fma(a, a7);
            b7 = x7.fma(b, b7);
            k += WIDTH;
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

    static void four(
            float[] piece, int at, int depth, float[] shares, int lane, float[] sums, int to) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, sums, to);
        FloatVector b0 = FloatVector.fromArray(SPECIES, sums, to + LANES);
        FloatVector a1 = FloatVector.fromArray(SPECIES, sums, to + WIDTH);
        FloatVector b1 = FloatVector.fromArray(SPECIES, sums, to + WIDTH + LANES);
        FloatVector a2 = FloatVector.fromArray(SPECIES, sums, to + 2 * WIDTH);
        FloatVector b2 = FloatVector.fromArray(SPECIES, sums, to + 2 * WIDTH + LANES);
        FloatVector a3 = FloatVector.fromArray(SPECIES, sums, to + 3 * WIDTH);
        FloatVector b3 = FloatVector.fromArray(SPECIES, sums, to + 3 * WIDTH + LANES);
        int end = at + depth * WIDTH;
        int k = lane;
        for (int p = at; p < end; p += WIDTH) {
            FloatVector a = FloatVector.fromArray(SPECIES, piece, p);
            FloatVector b = FloatVector.fromArray(SPECIES, piece, p + LANES);
            FloatVector x0 = FloatVector.broadcast(SPECIES, shares[k]);
            a0 = x0.fma(a, a0);
            b0 = x0.fma(b, b0);
            FloatVector x1 = FloatVector.broadcast(SPECIES, shares[k + 1]);
            a1 = x1.fma(a, a1);
            b1 = x1.fma(b, b1);
            FloatVector x2 = FloatVector.broadcast(SPECIES, shares[k + 2]);
            a2 = x2.fma(a, a2);
            b2 = x2.fma(b, b2);
            FloatVector x3 = FloatVector.broadcast(SPECIES, shares[k + 3]);
            a3 = x3.fma(a, a3);
            b3 = x3.fma(b, b3);
            k += WIDTH;
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
}
