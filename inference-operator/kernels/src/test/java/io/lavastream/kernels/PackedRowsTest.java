package io.lavastream.kernels;

import static io.lavastream.kernels.PackedRows.DISTANCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackedRowsTest {
    private static final float UNTOUCHED = -1;
    private static final int FROM = 3;
    private static final int ROWS = 5;
    private static final int DEPTH = 2500;

    @ParameterizedTest
    @CsvSource({"1024, 0, 2500", "1024, 1000, 100", "960, 950, 1000", "960, 1919, 3"})
    void valuesLieInChunks(int chunk, int k, int length) {
        int row = 2;
        float[] values = new float[FROM + PackedRows.size(ROWS, DEPTH, chunk)];
        Arrays.fill(values, UNTOUCHED);
        PackedRows rows = new PackedRows(values, FROM, ROWS, DEPTH, chunk, 2);
        float[] line = new float[length];
        for (int i = 0; i < length; i++) {
            line[i] = k + i;
        }

        rows.put(row, k, line, length);

        float[] expected = new float[values.length];
        Arrays.fill(expected, UNTOUCHED);
        for (int i = k; i < k + length; i++) {
            expected[FROM + (i / chunk * ROWS + row) * DISTANCE + i % chunk] = 2 * i;
            assertThat(rows.place(row, i))
                    .isEqualTo(FROM + (i / chunk * ROWS + row) * DISTANCE + i % chunk);
        }
        assertThat(values).containsExactly(expected);
    }
}
