package io.lavastream.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VectorMathTest {
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

    @Test
    void sumsLaneAfterLaneWhetherCompiledOrNot() {
        int lanes = VectorMemory.SPECIES.length();
        float[] values = new float[lanes];
        float expected = 0;
        for (int i = 0; i < lanes; i++) {
            values[i] = 1 / (i + 3f);
            expected += values[i];
        }
        FloatVector vector = FloatVector.fromArray(VectorMemory.SPECIES, values, 0);

        for (int i = 0; i < 50_000; i++) {
            assertThat(VectorMath.sum(vector) == expected).isTrue();
        }
    }

    private static float exp(float x) {
        return VectorMath.exp(FloatVector.broadcast(VectorMemory.SPECIES, x)).lane(0);
    }
}
