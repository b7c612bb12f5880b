package io.lavastream.kernels;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** A cache with random contents, rows that attend to it, and what they should find, by definition. */
final class AttentionCase {
    private record At(int page, int position, int head) {}

    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record KeyAndValue(float[] key, float[] value) {}

    private final Random random = new Random(11);
    private final Map<At, KeyAndValue> contents = new HashMap<>();
    private final PagedCache cache;
    private final int group;
    private float[] queries;
    private float[] keys;
    private float[] values;

    AttentionCase(int heads, int group, int size, int positions, int pages) {
        this.group = group;
        int floats = pages * heads * positions * size;
        cache =
                new PagedCache(
                        Buffers.direct(Buffers.floats(random, floats)),
                        Buffers.direct(Buffers.floats(random, floats)),
                        heads,
                        positions,
                        size);
    }

    PagedCache cache() {
        return cache;
    }

    /** Notes what the cache holds of the first {@code count} positions. */
    void fill(int[] places, int count) {
        float[] allKeys = Buffers.floats(cache.keys());
        float[] allValues = Buffers.floats(cache.values());
        for (int position = 0; position < count; position++) {
            for (int head = 0; head < cache.heads(); head++) {
                At at = at(places, position, head);
                int from = cache.at(at.page(), head) / Float.BYTES;
                float[] key = new float[cache.size()];
                for (int i = 0; i < key.length; i++) {
                    key[i] = allKeys[from + i * cache.positions() + at.position()];
                }
                int value = from + at.position() * cache.size();
                contents.put(
                        at,
                        new KeyAndValue(
                                key, Arrays.copyOfRange(allValues, value, value + cache.size())));
            }
        }
    }

    /** Random ones; notes them as they are when they are turned, and queries scaled. */
    FreshRows fresh(int rows) {
        int size = cache.size();
        int queryHeads = cache.heads() * group;
        float[] projected = Buffers.floats(random, rows * (queryHeads + 2 * cache.heads()) * size);
        float[] cos = new float[rows * size / 2];
        float[] sin = new float[rows * size / 2];
        for (int i = 0; i < cos.length; i++) {
            double angle = 100 * random.nextDouble();
            cos[i] = (float) Math.cos(angle);
            sin[i] = (float) Math.sin(angle);
        }
        queries = new float[rows * queryHeads * size];
        keys = new float[rows * cache.heads() * size];
        values = new float[rows * cache.heads() * size];
        int from = 0;
        for (int row = 0; row < rows; row++) {
            from = take(projected, from, queries, row * queryHeads, queryHeads);
            from = take(projected, from, keys, row * cache.heads(), cache.heads());
            from = take(projected, from, values, row * cache.heads(), cache.heads());
            turn(queries, row * queryHeads, queryHeads, cos, sin, row, 1 / Math.sqrt(size));
            turn(keys, row * cache.heads(), cache.heads(), cos, sin, row, 1);
        }
        return FreshRows.turned(
                Buffers.direct(projected),
                Buffers.direct(cos),
                Buffers.direct(sin),
                queryHeads,
                cache.heads(),
                size);
    }

    private int take(float[] projected, int from, float[] target, int head, int heads) {
        int count = heads * cache.size();
        System.arraycopy(projected, from, target, head * cache.size(), count);
        return from + count;
    }

    private void turn(
            float[] target, int head, int heads, float[] cos, float[] sin, int row, double scale) {
        int half = cache.size() / 2;
        for (int at = head * cache.size(); at < (head + heads) * cache.size(); at += 2 * half) {
            for (int i = 0; i < half; i++) {
                double a = target[at + i];
                double b = target[at + i + half];
                double c = cos[row * half + i];
                double s = sin[row * half + i];
                target[at + i] = (float) (scale * (a * c - b * s));
                target[at + i + half] = (float) (scale * (b * c + a * s));
            }
        }
    }

    ByteBuffer out(int rows) {
        return Buffers.direct(new float[rows * cache.heads() * group * cache.size()]);
    }

    /** Notes the key and value that {@code row} brought. */
    void add(int[] places, int position, int row) {
        for (int head = 0; head < cache.heads(); head++) {
            int from = (row * cache.heads() + head) * cache.size();
            contents.put(
                    at(places, position, head),
                    new KeyAndValue(
                            Arrays.copyOfRange(keys, from, from + cache.size()),
                            Arrays.copyOfRange(values, from, from + cache.size())));
        }
    }

    double[] row(float[] found, int row) {
        int width = cache.heads() * group * cache.size();
        double[] here = new double[width];
        Arrays.setAll(here, i -> found[row * width + i]);
        return here;
    }

    double[] expected(int row, int[] places, int length) {
        int size = cache.size();
        double[] found = new double[cache.heads() * group * size];
        for (int query = 0; query < cache.heads() * group; query++) {
            double[] shares = new double[length];
            for (int position = 0; position < length; position++) {
                float[] key = contents.get(at(places, position, query / group)).key();
                for (int i = 0; i < size; i++) {
                    shares[position] +=
                            (double) queries[row * found.length + query * size + i] * key[i];
                }
            }
            double sum = 0;
            for (int position = 0; position < length; position++) {
                shares[position] = Math.exp(shares[position]);
                sum += shares[position];
            }
            for (int position = 0; position < length; position++) {
                float[] value = contents.get(at(places, position, query / group)).value();
                for (int i = 0; i < size; i++) {
                    found[query * size + i] += shares[position] / sum * value[i];
                }
            }
        }
        return found;
    }

    private At at(int[] places, int position, int head) {
        return new At(places[position / cache.positions()], position % cache.positions(), head);
    }
}
