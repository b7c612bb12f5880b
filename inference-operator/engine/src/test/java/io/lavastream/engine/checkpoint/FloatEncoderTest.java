package io.lavastream.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FloatEncoderTest {
    private static final int PATTERNS = 1 << 16;

    /** Every finite 16-bit value, and the infinities. */
    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void whatHasTheTypeComesBackToTheBit(TensorType type) {
        for (int bits = 0; bits < PATTERNS; bits++) {
            float value = decoded(type, (short) bits);
            if (!Float.isNaN(value)) {
                assertThat(encoded(type, value)).isEqualTo((short) bits);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void notANumberStaysSo(TensorType type) {
        float[] values = {
            Float.NaN, Float.intBitsToFloat(0xff800001), Float.intBitsToFloat(0x7fffffff)
        };

        for (float value : values) {
            assertThat(decoded(type, encoded(type, value))).isNaN();
        }
    }

    /** Between two neighbours of the type, the nearer one, and half way the one with an even last bit. */
    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void roundsToTheNearestAndTiesToEven(TensorType type) {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            short low = (short) random.nextInt(type == TensorType.F16 ? 0x7bff : 0x7f7f);
            BigDecimal below = new BigDecimal(decoded(type, low));
            BigDecimal above = new BigDecimal(decoded(type, (short) (low + 1)));
            BigDecimal half = below.add(above).divide(BigDecimal.valueOf(2));
            float tie = half.floatValue();

            assertThat(new BigDecimal(tie)).isEqualByComparingTo(half);
            assertThat(encoded(type, tie)).isEqualTo((low & 1) == 0 ? low : (short) (low + 1));
            assertThat(encoded(type, Math.nextDown(tie))).isEqualTo(low);
            assertThat(encoded(type, Math.nextUp(tie))).isEqualTo((short) (low + 1));
            assertThat(encoded(type, -tie)).isEqualTo((short) (encoded(type, tie) | 0x8000));
        }
    }

    @Test
    void whatIsTooLargeForTheTypeBecomesInfinite() {
        assertThat(encoded(TensorType.F16, Math.nextDown(65_520f))).isEqualTo((short) 0x7bff);
        assertThat(encoded(TensorType.F16, 65_520f)).isEqualTo((short) 0x7c00);
        assertThat(encoded(TensorType.F16, -1e9f)).isEqualTo((short) 0xfc00);
        assertThat(encoded(TensorType.BF16, Float.MAX_VALUE)).isEqualTo((short) 0x7f80);
    }

    private static short encoded(TensorType type, float value) {
        short[] target = new short[1];
        FloatEncoder.encode(type, new float[] {value}, target, 1);
        return target[0];
    }

    private static float decoded(TensorType type, short bits) {
        ByteBuffer source = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN);
        float[] target = new float[1];
        FloatDecoder.decode(type, source.putShort(0, bits), target, 1);
        return target[0];
    }
}
