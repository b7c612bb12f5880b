package io.lavastream.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InterleaveTest {
    private static final float UNTOUCHED = -1;
    private static final int COUNT = 37;
    private static final int STRIDE = COUNT + 3;
    private static final int FROM = 5;
    private static final int TO = 7;

    @ParameterizedTest
    @CsvSource({
        "1, 1", "2, 2", "4, 4", "6, 6", "8, 8", "1, 4", "3, 4", "4, 8", "7, 8", "8, 32", "4, 16"
    })
    void eachRowLiesOneFurtherOn(int rows, int step) {
        float[] source = new float[FROM + rows * STRIDE];
        for (int i = 0; i < source.length; i++) {
            source[i] = i;
        }
        float[] target = new float[TO + COUNT * step + 1];
        Arrays.fill(target, UNTOUCHED);

        Interleave.put(rows, COUNT, 2, source, FROM, STRIDE, target, TO, step);

        float[] expected = new float[target.length];
        Arrays.fill(expected, UNTOUCHED);
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < COUNT; i++) {
                expected[TO + i * step + row] = 2 * (FROM + row * STRIDE + i);
            }
        }
        assertThat(target).containsExactly(expected);
    }
}
