package io.lavastream.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In decode and in prefill, against attention by its definition in double. */
class CacheAttentionTest {
    private static final int PAGES = 12;
    private static final double TOLERANCE = 2e-6;

    @ParameterizedTest
    @CsvSource({
        "1,1,32,32",
        "2,3,64,32",
        "4,1,128,64",
        "20,1,64,64",
        "2,2,192,128",
        "1,3,96,96",
        "3,1,128,128"
    })
    void singlePositionsAttendToTheirOwnPages(int heads, int group, int size, int positions) {
        AttentionCase attention = new AttentionCase(heads, group, size, positions, PAGES);
        int[] places = {7, 0, 3, 5, 11, 2, 4};
        int[] lengths = {positions + 1, 1, 3 * positions, positions - 3};
        attention.fill(new int[] {7, 0}, lengths[0] - 1);
        attention.fill(new int[] {5, 11, 2}, lengths[2] - 1);
        attention.fill(new int[] {4}, lengths[3] - 1);
        FreshRows fresh = attention.fresh(4);
        ByteBuffer out = attention.out(4);

        CacheAttention.attend(
                new KernelThreads(2),
                attention.cache(),
                fresh,
                IntBuffer.wrap(places),
                IntBuffer.wrap(lengths),
                out);

        float[] found = Buffers.floats(out);
        int[][] pages = {{7, 0}, {3}, {5, 11, 2}, {4}};
        for (int row = 0; row < 4; row++) {
            attention.add(pages[row], lengths[row] - 1, row);
            assertThat(attention.row(found, row))
                    .containsExactly(
                            attention.expected(row, pages[row], lengths[row]), within(TOLERANCE));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1,1,32,32,0,1,0",
        "2,3,64,32,0,33,2",
        "4,1,128,64,70,9,0",
        "3,2,64,64,64,64,6",
        "1,1,64,32,31,66,1"
    })
    void aPromptsPositionsAttendToThoseBeforeThem(
            int heads, int group, int size, int positions, int start, int count, int padding) {
        AttentionCase attention = new AttentionCase(heads, group, size, positions, PAGES);

        assertPromptFinds(attention, new KernelThreads(2), start, count, padding);
    }

    @Test
    void whatAPromptLeavesIsOfNoMatterToTheNext() {
        KernelThreads one = new KernelThreads(1);
        AttentionCase spoilt = new AttentionCase(2, 1, 64, 32, PAGES);
        float[] values = new float[9 * 3 * 2 * 64];
        Arrays.fill(values, Float.NaN);
        ByteBuffer nan = Buffers.direct(values);
        PromptAttention.attend(
                one,
                spoilt.cache(),
                FreshRows.turned(nan, nan, nan, 2, 2, 64),
                IntBuffer.wrap(new int[] {0}),
                0,
                9,
                spoilt.out(9));

        assertPromptFinds(new AttentionCase(2, 1, 64, 32, PAGES), one, 0, 3, 1);
    }

    private static void assertPromptFinds(
            AttentionCase attention, KernelThreads threads, int start, int count, int padding) {
        int[] places = {7, 0, 3, 5};
        attention.fill(places, start);
        FreshRows fresh = attention.fresh(count + padding);
        ByteBuffer out = attention.out(count + padding);

        PromptAttention.attend(
                threads, attention.cache(), fresh, IntBuffer.wrap(places), start, count, out);

        float[] found = Buffers.floats(out);
        for (int row = 0; row < count; row++) {
            attention.add(places, start + row, row);
            assertThat(attention.row(found, row))
                    .containsExactly(
                            attention.expected(row, places, start + row + 1), within(TOLERANCE));
        }
        for (int row = count; row < count + padding; row++) {
            assertThat(attention.row(found, row)).containsOnly(0);
        }
    }

    @Test
    void refusesPagesThatAreNotThere() {
        AttentionCase attention = new AttentionCase(1, 1, 64, 32, PAGES);

        assertThatThrownBy(() -> decode(attention, new int[] {PAGES}, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> decode(attention, new int[] {0}, 33))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("1 pages (expected: 2)");
        assertThatThrownBy(
                        () ->
                                PromptAttention.attend(
                                        new KernelThreads(1),
                                        attention.cache(),
                                        attention.fresh(2),
                                        IntBuffer.wrap(new int[] {0}),
                                        31,
                                        2,
                                        attention.out(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("1 pages (expected: 2)");
    }

    private static void decode(AttentionCase attention, int[] places, int length) {
        CacheAttention.attend(
                new KernelThreads(1),
                attention.cache(),
                attention.fresh(1),
                IntBuffer.wrap(places),
                IntBuffer.wrap(new int[] {length}),
                attention.out(1));
    }
}
