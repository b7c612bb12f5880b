package io.lavastream.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CacheAttentionTest {
    private static final int POSITIONS = 8;
    private static final int PAGES = 12;

    private final Random random = new Random(11);

    @ParameterizedTest
    @CsvSource({"1,1,16", "2,3,64", "4,1,128", "1,4,80"})
    void attendsToPagesWhereverTheyLie(int heads, int group, int size) {
        int[] places = {7, 0, 3, 5, 11, 2};
        int[] lengths = {9, 1, 24};
        float[] keys = Buffers.floats(random, PAGES * heads * POSITIONS * size);
        float[] values = Buffers.floats(random, PAGES * heads * POSITIONS * size);
        float[] queries = Buffers.floats(random, lengths.length * heads * group * size);

        float[] found = attend(2, heads, group, size, keys, values, queries, places, lengths);

        int[] firstPlace = {0, 2, 3};
        for (int row = 0; row < lengths.length; row++) {
            for (int query = 0; query < heads * group; query++) {
                int head = query / group;
                int at = (row * heads * group + query) * size;
                double[] shares = new double[lengths[row]];
                double sum = 0;
                for (int p = 0; p < lengths[row]; p++) {
                    int page = places[firstPlace[row] + p / POSITIONS];
                    double score = 0;
                    for (int i = 0; i < size; i++) {
                        score +=
                                (double) queries[at + i]
                                        * keys[
                                                ((page * heads + head) * POSITIONS + p % POSITIONS)
                                                                * size
                                                        + i];
                    }
                    shares[p] = Math.exp(score);
                    sum += shares[p];
                }
                for (int i = 0; i < size; i++) {
                    double expected = 0;
                    for (int p = 0; p < lengths[row]; p++) {
                        int page = places[firstPlace[row] + p / POSITIONS];
                        expected +=
                                shares[p]
                                        / sum
                                        * values[
                                                ((page * heads + head) * POSITIONS + p % POSITIONS)
                                                                * size
                                                        + i];
                    }
                    assertThat((double) found[at + i]).isCloseTo(expected, within(1e-6));
                }
            }
        }
    }

    @Test
    void refusesPagesThatAreNotThere() {
        float[] none = new float[POSITIONS * 64];

        assertThatThrownBy(
                        () -> attend(1, 1, 1, 64, none, none, none, new int[] {1}, new int[] {1}))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(
                        () -> attend(1, 1, 1, 64, none, none, none, new int[] {0}, new int[] {9}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("1 pages (expected: 2)");
    }

    private static float[] attend(
            int threads,
            int heads,
            int group,
            int size,
            float[] keys,
            float[] values,
            float[] queries,
            int[] places,
            int[] lengths) {
        ByteBuffer out = Buffers.direct(new float[queries.length]);
        CacheAttention.attend(
                new KernelThreads(threads),
                new CacheAttention.Pages(
                        Buffers.direct(keys), Buffers.direct(values), heads, POSITIONS, size),
                Buffers.direct(queries),
                group,
                IntBuffer.wrap(places),
                IntBuffer.wrap(lengths),
                out);
        return Buffers.floats(out);
    }
}
