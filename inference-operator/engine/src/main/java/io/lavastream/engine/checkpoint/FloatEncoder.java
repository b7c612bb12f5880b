package io.lavastream.engine.checkpoint;

/** Narrows float32 to the 16-bit float types, to the nearest value, ties to even. */
public final class FloatEncoder {
    private static final int INFINITE_HALF = 0x7c00;
    private static final int NAN_HALF = 0x7e00;
    private static final int NAN_BFLOAT = 0x7fc0;

    /** The smallest float32 that rounds to infinity in binary16: halfway above 65504. */
    private static final int HALF_OVERFLOW = Float.floatToIntBits(65_520f);

    /** The smallest normal binary16, 2^-14. */
    private static final int HALF_NORMAL = Float.floatToIntBits(0x1p-14f);

    private FloatEncoder() {}

    /** Encodes the first {@code count} of {@code values} as {@code type} into the start of {@code target}. */
    public static void encode(TensorType type, float[] values, short[] target, int count) {
        switch (type) {
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    target[i] = half(values[i]);
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    target[i] = bfloat(values[i]);
                }
            }
            default ->
                    throw new IllegalArgumentException(
                            "type: %s (expected: F16 or BF16)".formatted(type));
        }
    }

    /** IEEE 754 binary16; what is too large becomes infinite. */
    static short half(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = (bits >>> 16) & 0x8000;
        int magnitude = bits & 0x7fff_ffff;
        if (magnitude >= HALF_OVERFLOW) {
            return (short) (sign | (Float.isNaN(value) ? NAN_HALF : INFINITE_HALF));
        }
        if (magnitude < HALF_NORMAL) {
            // A multiple of 2^-24: the sum puts it, rounded, into the last bits of the fraction.
            float aligned = Math.abs(value) + 0.5f;
            return (short) (sign | (Float.floatToRawIntBits(aligned) - 0x3f00_0000));
        }
        int rebiased = magnitude - ((127 - 15) << 23);
        return (short) (sign | nearest(rebiased, 13));
    }

    private static short bfloat(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> 16) | NAN_BFLOAT);
        }
        return (short) nearest(bits, 16);
    }

    /** {@code bits} without the last {@code dropped}, rounded; a carry moves on to the exponent, as it should. */
    private static int nearest(int bits, int dropped) {
        int odd = (bits >>> dropped) & 1;
        return (bits + (1 << (dropped - 1)) - 1 + odd) >>> dropped;
    }
}
