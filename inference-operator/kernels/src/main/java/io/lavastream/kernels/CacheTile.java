package io.lavastream.kernels;

import static io.lavastream.kernels.VectorMemory.SPECIES;
import static io.lavastream.kernels.VectorMemory.load;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The innermost loops of one query's attention to consecutive positions, whose keys or values lie one behind the other: each is read
 * once, in the order in which it lies in memory.
 */
final class CacheTile {
    private static final int LANES = SPECIES.length();
    private static final int BYTES = LANES * Float.BYTES;

    private CacheTile() {}

    /**
     * Products of a query with each of {@code count} keys.
     *
     * @param query from {@code from} on, [size]
     * @param keys from byte {@code at} on, [count, size]
     * @param scores to {@code to} on, [count]
     * @param size a multiple of a vector's length
     */
    static void scores(
            float[] query,
            int from,
            Object keys,
            int at,
            int size,
            float[] scores,
            int to,
            int count) {
        int stride = size * Float.BYTES;
        int position = 0;
        for (; position + 3 < count; position += 4) {
            FloatVector a = FloatVector.zero(SPECIES);
            FloatVector b = FloatVector.zero(SPECIES);
            FloatVector c = FloatVector.zero(SPECIES);
            FloatVector d = FloatVector.zero(SPECIES);
            int key = at + position * stride;
            for (int i = 0; i < size; i += LANES) {
                FloatVector q = FloatVector.fromArray(SPECIES, query, from + i);
                a = q.fma(load(keys, key), a);
                b = q.fma(load(keys, key + stride), b);
                c = q.fma(load(keys, key + 2 * stride), c);
                d = q.fma(load(keys, key + 3 * stride), d);
                key += BYTES;
            }
            scores[to + position] = a.reduceLanes(VectorOperators.ADD);
            scores[to + position + 1] = b.reduceLanes(VectorOperators.ADD);
            scores[to + position + 2] = c.reduceLanes(VectorOperators.ADD);
            scores[to + position + 3] = d.reduceLanes(VectorOperators.ADD);
        }
        for (; position < count; position++) {
            scores[to + position] = score(query, from, keys, at + position * stride, size);
        }
    }

    private static float score(float[] query, int from, Object keys, int at, int size) {
        FloatVector sum = FloatVector.zero(SPECIES);
        int key = at;
        for (int i = 0; i < size; i += LANES) {
            sum = FloatVector.fromArray(SPECIES, query, from + i).fma(load(keys, key), sum);
            key += BYTES;
        }
        return sum.reduceLanes(VectorOperators.ADD);
    }

    /**
     * Adds to {@code sums} from {@code to} on, [size], each of {@code count} values times its share.
     *
     * @param shares from {@code from} on, [count]
     * @param values from byte {@code at} on, [count, size]
     * @param size a multiple of a vector's length
     */
    static void weigh(
            float[] shares,
            int from,
            Object values,
            int at,
            int size,
            float[] sums,
            int to,
            int count) {
        int stride = size * Float.BYTES;
        int first = 0;
        for (; first + 4 * LANES <= size; first += 4 * LANES) {
            weighFour(
                    shares,
                    from,
                    values,
                    at + first * Float.BYTES,
                    stride,
                    sums,
                    to + first,
                    count);
        }
        for (; first < size; first += LANES) {
            weighOne(
                    shares,
                    from,
                    values,
                    at + first * Float.BYTES,
                    stride,
                    sums,
                    to + first,
                    count);
        }
    }

    private static void weighFour(
            float[] shares,
            int from,
            Object values,
            int at,
            int stride,
            float[] sums,
            int to,
            int count) {
        FloatVector a = FloatVector.fromArray(SPECIES, sums, to);
        FloatVector b = FloatVector.fromArray(SPECIES, sums, to + LANES);
        FloatVector c = FloatVector.fromArray(SPECIES, sums, to + 2 * LANES);
        FloatVector d = FloatVector.fromArray(SPECIES, sums, to + 3 * LANES);
        int value = at;
        for (int i = from; i < from + count; i++) {
            FloatVector share = FloatVector.broadcast(SPECIES, shares[i]);
            a = share.fma(load(values, value), a);
            b = share.fma(load(values, value + BYTES), b);
            c = share.fma(load(values, value + 2 * BYTES), c);
            d = share.fma(load(values, value + 3 * BYTES), d);
            value += stride;
        }
        a.intoArray(sums, to);
        b.intoArray(sums, to + LANES);
        c.intoArray(sums, to + 2 * LANES);
        d.intoArray(sums, to + 3 * LANES);
    }

    private static void weighOne(
            float[] shares,
            int from,
            Object values,
            int at,
            int stride,
            float[] sums,
            int to,
            int count) {
        FloatVector a = FloatVector.fromArray(SPECIES, sums, to);
        int value = at;
        for (int i = from; i < from + count; i++) {
            a = FloatVector.broadcast(SPECIES, shares[i]).fma(load(values, value), a);
            value += stride;
        }
        a.intoArray(sums, to);
    }
}
