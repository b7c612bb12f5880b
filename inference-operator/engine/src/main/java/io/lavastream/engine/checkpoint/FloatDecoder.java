package io.lavastream.engine.checkpoint;

import java.nio.ByteBuffer;

/** Widens the 16-bit float types to float32. Both conversions are exact. */
final class FloatDecoder {
    /** Every half there is: a look-up is several times faster than taking a half apart. */
    private static final float[] HALVES = halves();

    private FloatDecoder() {}

    /**
     * Decodes {@code count} elements of {@code type} from little-endian {@code source} into the
     * start of {@code target}.
     */
    static void decode(TensorType type, ByteBuffer source, float[] target, int count) {
        switch (type) {
            case F32 -> source.asFloatBuffer().get(target, 0, count);
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    target[i] = HALVES[source.getShort(2 * i) & 0xffff];
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    target[i] = Float.intBitsToFloat(source.getShort(2 * i) << 16);
                }
            }
            default ->
                    throw new IllegalArgumentException(
                            "type: %s (expected: F16, BF16 or F32)".formatted(type));
        }
    }

    private static float[] halves() {
        float[] values = new float[1 << 16];
        for (int bits = 0; bits < values.length; bits++) {
            values[bits] = half(bits);
        }
        return values;
    }

    /** IEEE 754 binary16: 1 bit sign, 5 exponent, 10 fraction. */
    private static float half(int bits) {
        int exponent = (bits >> 10) & 0x1f;
        int fraction = bits & 0x3ff;
        int sign = (bits & 0x8000) << 16;
        if (exponent == 0x1f) {
            return Float.intBitsToFloat(sign | 0x7f800000 | (fraction << 13));
        }
        if (exponent == 0) {
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        return Float.intBitsToFloat(sign | ((exponent + 127 - 15) << 23) | (fraction << 13));
    }
}
