package io.lavastream.kernels;

import static io.lavastream.kernels.VectorMemory.INTS;
import static io.lavastream.kernels.VectorMemory.SPECIES;
import static io.lavastream.kernels.VectorMemory.loadInts;
import static io.lavastream.kernels.VectorMemory.touch;
import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * As {@link HalfTile}, of a few rows beside each other: {@code x} from {@code row} on is [depth, rows]. A matrix comes from memory then and takes the place
 * of x in the first-level cache, from where one row of values is fetched again faster than eight.
 *
 * <p>Each touches what comes next, as many bytes as it reads, at {@code next} and at one, two and three times the {@code distance} from it, see
 * {@link FetchAhead}, and returns what it found there: so that the compiler does not leave it out, and nobody else looks at it. Eight rows leave no
 * register for four places at once, so theirs are touched in turns; fewer rows have no time for turns.
 */
final class FewTile {
    private static final int WIDTH = PanelTile.WIDTH;
    private static final int LANES = SPECIES.length();
    private static final int STEP = HalfTile.STEP;

    private FewTile() {}

    static int eight(
            Object panel,
            int at,
            int depth,
            float[] x,
            int row,
            float[] sums,
            int to,
            int next,
            int distance) {
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
        IntVector mask = IntVector.broadcast(INTS, HalfTile.MASK);
        int p = at;
        int touched = 0;
        int place = next;
        int back = STEP - 4 * distance;
        int left = 4;
        for (int k = row; k < end; k += 8) {
            IntVector both = loadInts(panel, p);
            FloatVector a = HalfTile.first(both, mask);
            FloatVector b = HalfTile.second(both, mask);
            FloatVector x0 = FloatVector.broadcast(SPECIES, x[k]);
            a0 = x0.lanewise(FMA, a, a0);
            b0 = x0.lanewise(FMA, b, b0);
            FloatVector x1 = FloatVector.broadcast(SPECIES, x[k + 1]);
            a1 = x1.lanewise(FMA, a, a1);
            b1 = x1.lanewise(FMA, b, b1);
            FloatVector x2 = FloatVector.broadcast(SPECIES, x[k + 2]);
            a2 = x2.lanewise(FMA, a, a2);
            b2 = x2.lanewise(FMA, b, b2);
            FloatVector x3 = FloatVector.broadcast(SPECIES, x[k + 3]);
            a3 = x3.lanewise(FMA, a, a3);
            b3 = x3.lanewise(FMA, b, b3);
            FloatVector x4 = FloatVector.broadcast(SPECIES, x[k + 4]);
            a4 = x4.lanewise(FMA, a, a4);
            b4 = x4.lanewise(FMA, b, b4);
            FloatVector x5 = FloatVector.broadcast(SPECIES, x[k + 5]);
            a5 = x5.lanewise(FMA, a, a5);
            b5 = x5.lanewise(FMA, b, b5);
            FloatVector x6 = FloatVector.broadcast(SPECIES, x[k + 6]);
            a6 = x6.lanewise(FMA, a, a6);
            b6 = x6.lanewise(FMA, b, b6);
            FloatVector x7 = FloatVector.broadcast(SPECIES, x[k + 7]);
            a7 = x7.lanewise(FMA, a, a7);
            b7 = x7.lanewise(FMA, b, b7);
            touched += touch(panel, place);
            place += distance;
            if (--left == 0) {
                left = 4;
                place += back;
            }
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
        return touched;
    }

    static int four(
            Object panel,
            int at,
            int depth,
            float[] x,
            int row,
            float[] sums,
            int to,
            int next,
            int distance) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, sums, to);
        FloatVector b0 = FloatVector.fromArray(SPECIES, sums, to + LANES);
        FloatVector a1 = FloatVector.fromArray(SPECIES, sums, to + WIDTH);
        FloatVector b1 = FloatVector.fromArray(SPECIES, sums, to + WIDTH + LANES);
        FloatVector a2 = FloatVector.fromArray(SPECIES, sums, to + 2 * WIDTH);
        FloatVector b2 = FloatVector.fromArray(SPECIES, sums, to + 2 * WIDTH + LANES);
        FloatVector a3 = FloatVector.fromArray(SPECIES, sums, to + 3 * WIDTH);
        FloatVector b3 = FloatVector.fromArray(SPECIES, sums, to + 3 * WIDTH + LANES);
        int end = row + depth * 4;
        IntVector mask = IntVector.broadcast(INTS, HalfTile.MASK);
        int p = at;
        int touched = 0;
        int place = next;
        int left = distance == 0 ? Integer.MAX_VALUE : 4;
        for (int k = row; k < end; k += 4) {
            IntVector both = loadInts(panel, p);
            FloatVector a = HalfTile.first(both, mask);
            FloatVector b = HalfTile.second(both, mask);
            FloatVector x0 = FloatVector.broadcast(SPECIES, x[k]);
            a0 = x0.lanewise(FMA, a, a0);
            b0 = x0.lanewise(FMA, b, b0);
            FloatVector x1 = FloatVector.broadcast(SPECIES, x[k + 1]);
            a1 = x1.lanewise(FMA, a, a1);
            b1 = x1.lanewise(FMA, b, b1);
            FloatVector x2 = FloatVector.broadcast(SPECIES, x[k + 2]);
            a2 = x2.lanewise(FMA, a, a2);
            b2 = x2.lanewise(FMA, b, b2);
            FloatVector x3 = FloatVector.broadcast(SPECIES, x[k + 3]);
            a3 = x3.lanewise(FMA, a, a3);
            b3 = x3.lanewise(FMA, b, b3);
            if (--left == 0) {
                touched += touch(panel, place);
                touched += touch(panel, place + distance);
                touched += touch(panel, place + 2 * distance);
                touched += touch(panel, place + 3 * distance);
                left = 4;
                place += STEP;
            }
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
        return touched;
    }

    static int two(
            Object panel,
            int at,
            int depth,
            float[] x,
            int row,
            float[] sums,
            int to,
            int next,
            int distance) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, sums, to);
        FloatVector b0 = FloatVector.fromArray(SPECIES, sums, to + LANES);
        FloatVector a1 = FloatVector.fromArray(SPECIES, sums, to + WIDTH);
        FloatVector b1 = FloatVector.fromArray(SPECIES, sums, to + WIDTH + LANES);
        int end = row + depth * 2;
        IntVector mask = IntVector.broadcast(INTS, HalfTile.MASK);
        int p = at;
        int touched = 0;
        int place = next;
        int left = distance == 0 ? Integer.MAX_VALUE : 4;
        for (int k = row; k < end; k += 2) {
            IntVector both = loadInts(panel, p);
            FloatVector a = HalfTile.first(both, mask);
            FloatVector b = HalfTile.second(both, mask);
            FloatVector x0 = FloatVector.broadcast(SPECIES, x[k]);
            a0 = x0.lanewise(FMA, a, a0);
            b0 = x0.lanewise(FMA, b, b0);
            FloatVector x1 = FloatVector.broadcast(SPECIES, x[k + 1]);
            a1 = x1.lanewise(FMA, a, a1);
            b1 = x1.lanewise(FMA, b, b1);
            if (--left == 0) {
                touched += touch(panel, place);
                touched += touch(panel, place + distance);
                touched += touch(panel, place + 2 * distance);
                touched += touch(panel, place + 3 * distance);
                left = 4;
                place += STEP;
            }
            p += STEP;
        }
        a0.intoArray(sums, to);
        b0.intoArray(sums, to + LANES);
        a1.intoArray(sums, to + WIDTH);
        b1.intoArray(sums, to + WIDTH + LANES);
        return touched;
    }
}
