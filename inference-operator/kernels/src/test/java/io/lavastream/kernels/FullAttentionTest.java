package io.lavastream.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against attention by its definition in double. */
class FullAttentionTest {
    private static final int FROM = 9;

    private final Random random = new Random(3);
    private final KernelThreads threads = new KernelThreads(2);

    @ParameterizedTest
    @CsvSource({"1,1,32", "33,2,64", "64,3,32", "145,1,96", "257,2,64", "70,2,80"})
    void everyRowAttendsToAll(int rows, int heads, int size) {
        float[] projected = Buffers.floats(random, rows * 3 * heads * size);
        Rows out = new Rows(rows, heads * size);
        float[] packed = new float[FROM + FullAttention.count(rows, heads, size)];
        FullAttention attention = new FullAttention(packed, FROM, rows, heads, size, out);
        put(projected, rows, 3 * heads * size, attention);

        attention.attend(threads);

        float[] found = out.values();
        for (int row = 0; row < rows; row++) {
            for (int head = 0; head < heads; head++) {
                double[] expected = AttentionCase.toAll(projected, rows, heads, size, row, head);
                for (int i = 0; i < size; i++) {
                    assertThat((double) found[(row * heads + head) * size + i])
                            .isCloseTo(expected[i], within(1e-6));
                }
            }
        }
    }

    /** As a product does: some columns at a time. */
    private static void put(float[] values, int rows, int width, RowTarget target) {
        for (int k = 0; k < width; k += 3 * PanelTile.WIDTH) {
            int count = Math.min(3 * PanelTile.WIDTH, width - k);
            for (int row = 0; row < rows; ) {
                int together = target.rowsOfTile(row, rows);
                float[] lines = new float[together * count];
                for (int r = 0; r < together; r++) {
                    System.arraycopy(values, (row + r) * width + k, lines, r * count, count);
                }
                target.put(row, together, k, lines, count);
                row += together;
            }
        }
    }

    /** Rows one behind the other, three at once. */
    private record Rows(float[] values, int width) implements RowTarget {
        Rows(int rows, int width) {
            this(new float[rows * width], width);
        }

        @Override
        public int rowsOfTile(int row, int last) {
            return Math.min(3, last - row);
        }

        @Override
        public void put(int row, int rows, int k, float[] lines, int count) {
            for (int r = 0; r < rows; r++) {
                System.arraycopy(lines, r * count, values, (row + r) * width + k, count);
            }
        }
    }
}
