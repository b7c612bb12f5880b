package io.lavastream.kernels;

import static io.lavastream.kernels.VectorMemory.SPECIES;
import static io.lavastream.kernels.VectorMemory.load;

import jdk.incubator.vector.FloatVector;

/**
 * The innermost loops of several queries' attention to the same positions, as those of {@link PanelTile}, whose sums, the scores, are
 * used as they lie there, [rows, WIDTH]: from one row to the next it is another distance than that class's x has.
 */
final class ShareTile {
    private static final int WIDTH = PanelTile.WIDTH;
    private static final int LANES = SPECIES.length();
    private static final int BYTES = LANES * Float.BYTES;

    private ShareTile() {}

    /**
     * Adds to {@code sums} each of {@code count} values times the rows' shares of it.
     *
     * @param shares from {@code from} on, [{@link PanelTile#ROWS}, WIDTH]
     * @param values from byte {@code at} on, [count, WIDTH], {@code step} bytes from one to the next
     * @param sums from {@code to} on, [rows, WIDTH]
     * @param count up to WIDTH
     */
    static void add(
            float[] shares,
            int from,
            Object values,
            int at,
            int step,
            float[] sums,
            int to,
            int count) {
        if (PanelTile.ROWS == 8) {
            eight(shares, from, values, at, step, sums, to, count);
        } else {
            six(shares, from, values, at, step, sums, to, count);
        }
    }

    private static void eight(
            float[] shares,
            int from,
            Object values,
            int at,
            int step,
            float[] sums,
            int to,
            int count) {
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
        int end = from + count;
        int value = at;
        for (int k = from; k < end; k++) {
            FloatVector a = load(values, value);
            FloatVector b = load(values, value + BYTES);
            FloatVector x0 = FloatVector.broadcast(SPECIES, shares[k]);
            a0 = x0.fma(a, a0);
            b0 = x0.fma(b, b0);
            FloatVector x1 = FloatVector.broadcast(SPECIES, shares[k + WIDTH]);
            a1 = x1.fma(a, a1);
            b1 = x1.fma(b, b1);
            FloatVector x2 = FloatVector.broadcast(SPECIES, shares[k + 2 * WIDTH]);
            a2 = x2.fma(a, a2);
            b2 = x2.fma(b, b2);
            FloatVector x3 = FloatVector.broadcast(SPECIES, shares[k + 3 * WIDTH]);
            a3 = x3.fma(a, a3);
            b3 = x3.fma(b, b3);
            FloatVector x4 = FloatVector.broadcast(SPECIES, shares[k + 4 * WIDTH]);
            a4 = x4.fma(a, a4);
            b4 = x4.fma(b, b4);
            FloatVector x5 = FloatVector.broadcast(SPECIES, shares[k + 5 * WIDTH]);
            a5 = x5.fma(a, a5);
            b5 = x5.fma(b, b5);
            FloatVector x6 = FloatVector.broadcast(SPECIES, shares[k + 6 * WIDTH]);
            a6 = x6.fma(a, a6);
            b6 = x6.fma(b, b6);
            FloatVector x7 = FloatVector.broadcast(SPECIES, shares[k + 7 * WIDTH]);
            a7 = x7.fma(a, a7);
            b7 = x7.fma(b, b7);
            value += step;
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

    private static void six(
            float[] shares,
            int from,
            Object values,
            int at,
            int step,
            float[] sums,
            int to,
            int count) {
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
        int end = from + count;
        int value = at;
        for (int k = from; k < end; k++) {
            FloatVector a = load(values, value);
            FloatVector b = load(values, value + BYTES);
            FloatVector x0 = FloatVector.broadcast(SPECIES, shares[k]);
            a0 = x0.fma(a, a0);
            b0 = x0.fma(b, b0);
            FloatVector x1 = FloatVector.broadcast(SPECIES, shares[k + WIDTH]);
            a1 = x1.fma(a, a1);
            b1 = x1.fma(b, b1);
            FloatVector x2 = FloatVector.broadcast(SPECIES, shares[k + 2 * WIDTH]);
            a2 = x2.fma(a, a2);
            b2 = x2.fma(b, b2);
            FloatVector x3 = FloatVector.broadcast(SPECIES, shares[k + 3 * WIDTH]);
            a3 = x3.fma(a, a3);
            b3 = x3.fma(b, b3);
            FloatVector x4 = FloatVector.broadcast(SPECIES, shares[k + 4 * WIDTH]);
            a4 = x4.fma(a, a4);
            b4 = x4.fma(b, b4);
            FloatVector x5 = FloatVector.broadcast(SPECIES, shares[k + 5 * WIDTH]);
            a5 = x5.fma(a, a5);
            b5 = x5.fma(b, b5);
            value += step;
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
}
