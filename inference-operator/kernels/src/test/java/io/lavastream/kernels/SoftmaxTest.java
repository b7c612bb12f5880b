package io.lavastream.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SoftmaxTest {
    private static final int WIDTH = PanelTile.WIDTH;

    /** Rows of two, piece by piece, as tiles have them; the scores of one are a thousand apart. */
    @ParameterizedTest
    @ValueSource(ints = {1, 5, 16, 31, 32, 33, 64, 70})
    void sharesAreThoseOfTheFirstScores(int count) {
        int pieces = 6; // of 16 where vectors are AVX2's
        int stride = 2 * WIDTH;
        float[] scores = Buffers.floats(new Random(5), pieces * stride);
        for (int i = 0; i < scores.length; i++) {
            scores[i] *= 1000;
        }
        float[] before = scores.clone();

        float sum = Softmax.ofRow(scores, WIDTH, stride, pieces, count);

        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            max = Math.max(max, before[index(i, stride)]);
        }
        double expected = 0;
        for (int i = 0; i < pieces * WIDTH; i++) {
            double share = i < count ? Math.exp(before[index(i, stride)] - max) : 0;
            assertThat((double) scores[index(i, stride)]).isCloseTo(share, within(1e-6));
            expected += share;
        }
        assertThat((double) sum).isCloseTo(expected, within(1e-6 * count));
        assertThat(scores[0]).isEqualTo(before[0]); // another row's
    }

    /** Of the second row. */
    private static int index(int position, int stride) {
        return WIDTH + position / WIDTH * stride + position % WIDTH;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 5, 33})
    void sharesOfColumns(int rows) {
        float[] scores = Buffers.floats(new Random(7), rows * WIDTH);
        float[] before = scores.clone();
        float[] sums = new float[WIDTH];

        Softmax.ofColumns(scores, rows, sums);

        for (int column = 0; column < WIDTH; column++) {
            double max = Double.NEGATIVE_INFINITY;
            for (int i = column; i < before.length; i += WIDTH) {
                max = Math.max(max, before[i]);
            }
            double expected = 0;
            for (int i = column; i < before.length; i += WIDTH) {
                double share = Math.exp(before[i] - max);
                assertThat((double) scores[i]).isCloseTo(share, within(1e-6));
                expected += share;
            }
            assertThat((double) sums[column]).isCloseTo(expected, within(1e-6 * rows));
        }
    }
}
