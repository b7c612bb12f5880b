package io.lavastream.kernels;

import static io.lavastream.kernels.VectorMemory.SPECIES;
import static io.lavastream.kernels.VectorMemory.load;
import static io.lavastream.kernels.VectorMemory.touch;

import java.lang.invoke.MethodHandle;
import jdk.incubator.vector.FloatVector;

/**
 * The innermost loops of one query's attention: a sum of rows of memory, each times a number. With the query's values as numbers and a
 * page's keys, [size, positions], as rows the sums are the scores of its positions; with those positions' shares and a page's values,
 * [positions, size], they are what the query finds there. Rows are read once, in the order in which they lie in memory.
 * {@link Apart} from all around.
 */
final class CacheTile {
    private static final int LANES = SPECIES.length();
    private static final int BYTES = LANES * Float.BYTES;

    /** Of a quarter of what eight vectors are. */
    private static final int LINES = 8 * BYTES / (4 * FetchAhead.LINE);

    private static final CacheTile LOOPS = new CacheTile();

    private final MethodHandle addAll = Apart.method(CacheTile.class, "addAll");

    private CacheTile() {}

    /**
     * Adds to {@code sums} from {@code to} on, [width], each of {@code count} rows times its number.
     *
     * @param numbers from {@code from} on, [count]
     * @param rows from byte {@code at} on, [count, width]
     * @param width a multiple of {@link PanelTile#WIDTH}
     * @param ahead of which as many bytes as the rows have is touched on the way, where vectors are read by four or eight
     */
    static void add(
            float[] numbers,
            int from,
            Object rows,
            int at,
            int width,
            float[] sums,
            int to,
            int count,
            FetchAhead ahead) {
        try {
            // What was touched is nothing to anybody: a result keeps the compiler from leaving it
            // out.
            int touched =
                    (int)
                            LOOPS.addAll.invokeExact(
                                    numbers, from, rows, at, width, sums, to, count, ahead);
        } catch (Throwable e) {
            throw VectorMemory.unexpected(e);
        }
    }

    static int addAll(
            float[] numbers,
            int from,
            Object rows,
            int at,
            int width,
            float[] sums,
            int to,
            int count,
            FetchAhead ahead) {
        int step = width * Float.BYTES;
        int first = 0;
        int touched = 0;
        for (; first + 8 * LANES <= width; first += 8 * LANES) {
            int place = at + first * Float.BYTES;
            FetchAhead share = ahead.from(first * Float.BYTES / 4);
            touched += eight(numbers, from, rows, place, step, sums, to + first, count, share);
        }
        for (; first + 4 * LANES <= width; first += 4 * LANES) {
            int place = at + first * Float.BYTES;
            FetchAhead share = ahead.from(first * Float.BYTES / 4);
            touched += four(numbers, from, rows, place, step, sums, to + first, count, share);
        }
        for (; first < width; first += PanelTile.WIDTH) {
            PanelTile.one(
                    rows, at + first * Float.BYTES, step, count, numbers, from, sums, to + first);
        }
        return touched;
    }

    private static int eight(
            float[] numbers,
            int from,
            Object rows,
            int at,
            int step,
            float[] sums,
            int to,
            int count,
            FetchAhead ahead) {
        FloatVector a = FloatVector.fromArray(SPECIES, sums, to);
        FloatVector b = FloatVector.fromArray(SPECIES, sums, to + LANES);
        FloatVector c = FloatVector.fromArray(SPECIES, sums, to + 2 * LANES);
        FloatVector d = FloatVector.fromArray(SPECIES, sums, to + 3 * LANES);
        FloatVector e = FloatVector.fromArray(SPECIES, sums, to + 4 * LANES);
        FloatVector f = FloatVector.fromArray(SPECIES, sums, to + 5 * LANES);
        FloatVector g = FloatVector.fromArray(SPECIES, sums, to + 6 * LANES);
        FloatVector h = FloatVector.fromArray(SPECIES, sums, to + 7 * LANES);
        int end = from + count;
        int row = at;
        Object next = ahead.memory();
        int place = ahead.at();
        int distance = ahead.distance();
        int touched = 0;
        for (int i = from; i < end; i++) {
            FloatVector number = FloatVector.broadcast(SPECIES, numbers[i]);
            a = number.fma(load(rows, row), a);
            b = number.fma(load(rows, row + BYTES), b);
            c = number.fma(load(rows, row + 2 * BYTES), c);
            d = number.fma(load(rows, row + 3 * BYTES), d);
            e = number.fma(load(rows, row + 4 * BYTES), e);
            f = number.fma(load(rows, row + 5 * BYTES), f);
            g = number.fma(load(rows, row + 6 * BYTES), g);
            h = number.fma(load(rows, row + 7 * BYTES), h);
            touched += touch(next, place);
            touched += touch(next, place + distance);
            touched += touch(next, place + 2 * distance);
            touched += touch(next, place + 3 * distance);
            if (LINES == 2) {
                touched += touch(next, place + FetchAhead.LINE);
                touched += touch(next, place + distance + FetchAhead.LINE);
                touched += touch(next, place + 2 * distance + FetchAhead.LINE);
                touched += touch(next, place + 3 * distance + FetchAhead.LINE);
            }
            place += step / 4;
            row += step;
        }
        a.intoArray(sums, to);
        b.intoArray(sums, to + LANES);
        c.intoArray(sums, to + 2 * LANES);
        d.intoArray(sums, to + 3 * LANES);
        e.intoArray(sums, to + 4 * LANES);
        f.intoArray(sums, to + 5 * LANES);
        g.intoArray(sums, to + 6 * LANES);
        h.intoArray(sums, to + 7 * LANES);
        return touched;
    }

    private static int four(
            float[] numbers,
            int from,
            Object rows,
            int at,
            int step,
            float[] sums,
            int to,
            int count,
            FetchAhead ahead) {
        FloatVector a = FloatVector.fromArray(SPECIES, sums, to);
        FloatVector b = FloatVector.fromArray(SPECIES, sums, to + LANES);
        FloatVector c = FloatVector.fromArray(SPECIES, sums, to + 2 * LANES);
        FloatVector d = FloatVector.fromArray(SPECIES, sums, to + 3 * LANES);
        int end = from + count;
        int row = at;
        Object next = ahead.memory();
        int place = ahead.at();
        int distance = ahead.distance();
        int touched = 0;
        for (int i = from; i < end; i++) {
            FloatVector number = FloatVector.broadcast(SPECIES, numbers[i]);
            a = number.fma(load(rows, row), a);
            b = number.fma(load(rows, row + BYTES), b);
            c = number.fma(load(rows, row + 2 * BYTES), c);
            d = number.fma(load(rows, row + 3 * BYTES), d);
            touched += touch(next, place);
            touched += touch(next, place + distance);
            touched += touch(next, place + 2 * distance);
            touched += touch(next, place + 3 * distance);
            place += step / 4;
            row += step;
        }
        a.intoArray(sums, to);
        b.intoArray(sums, to + LANES);
        c.intoArray(sums, to + 2 * LANES);
        d.intoArray(sums, to + 3 * LANES);
        return touched;
    }
}
