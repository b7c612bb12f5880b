package io.lavastream.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VectorMathTest {
    private static final int WIDTH = PanelTile.WIDTH;

    @Test
    void exponentialIsExactToSomeBits() {
        for (float x = -87; x <= 0; x += 0.001f) {
            double expected = Math.exp(x);
            assertThat((double) exp(x)).isCloseTo(expected, within(2e-7 * expected));
        }
        assertThat(exp(0)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(floats = {-87.4f, -1000, Float.NEGATIVE_INFINITY})
    void exponentialEndsAtTheSmallestNormalNumber(float x) {
        double expected = Math.exp(-87.33654f); // beyond 2^-126 by what a float at 87 is apart

        assertThat((double) exp(x)).isCloseTo(expected, within(2e-7 * expected));
    }

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

        float sum = VectorMath.softmax(scores, WIDTH, stride, pieces, count);

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

    private static float exp(float x) {
        return VectorMath.exp(FloatVector.broadcast(VectorMemory.SPECIES, x)).lane(0);
    }
}
