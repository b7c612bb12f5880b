package io.lavastream.kernels;

import java.nio.ByteBuffer;

/**
 * How the values of a matrix are kept in panels. All arithmetic is in float32; what is narrower is widened as it is read, so that a product
 * of a few rows, which takes as long as reading the matrix, takes less time.
 *
 * <p>A panel holds {@link PanelProduct#width} columns of the matrix that multiplies x from the right, which are rows of a checkpoint's [out, in].
 *
 * <p>The formats can be named where there are no vectors, so nothing here is made of them until it is needed.
 */
public enum PanelFormat {
    /** As they are. */
    FLOAT32,

    /**
     * Eleven significant bits and an exponent of five bits, which counts from the largest value of a column on. So every binary16 value whose column
     * has none beyond 2^7 is kept exactly, subnormal ones too; of others, what is less than 2^-31 of the largest one is rounded to it or to 0. One
     * scale a column, a power of 2.
     */
    FLOAT16,

    /** Multiples, from -127 to 127, of a column's scale. */
    INT8;

    /** The largest value of a column, without its significand, becomes 2^-96: the largest exponent that five bits of a float's eight hold. */
    private static final int LARGEST_EXPONENT = -96;

    private static final int LEVELS = 127;

    /** So few rows that a panel is read from memory for them, which takes longer than what is done with it. */
    static final int FEW = 16;

    /** Of each column so many values are read one after the other, as columns lie where caches keep few of them at once. */
    private static final int BLOCK = 16;

    /** What a binary16 value has less than a float. */
    private static final int DROPPED_BITS = 13;

    /** Bytes of a panel of so many rows. */
    public int bytes(int depth) {
        return Math.multiplyExact(depth, PanelTile.STEP / ratio());
    }

    /** Whether columns have a scale each. */
    public boolean scaled() {
        return this != FLOAT32;
    }

    /** Whether a matrix of so many rows can be kept so. */
    public boolean takes(int depth) {
        return this != INT8 || depth % 2 == 0;
    }

    /** How many values lie where one float does. */
    private int ratio() {
        return switch (this) {
            case FLOAT32 -> 1;
            case FLOAT16 -> 2;
            case INT8 -> 4;
        };
    }

    /** What x has to be multiplied with: exact, and far from a float's limits for any |x| below 2^31. */
    float factor() {
        return this == FLOAT16 ? 0x1p96f : 1;
    }

    /**
     * How many rows at most are multiplied with values as they are read; for more, a piece of the panel is put in an array first. Tiles of
     * eight rows have the time to read them from farther away, and the registers to widen halves again and again, which takes time on some processors.
     */
    int rowsAtOnce() {
        return switch (this) {
            case FLOAT32, FLOAT16 ->
                    tile() == 8 && Processor.MULTIPLIES_AS_READ ? Integer.MAX_VALUE : FEW;
            case INT8 -> 1;
        };
    }

    /**
     * The most rows of a tile that is multiplied with values as they are read. Eight with AVX-512, four with AVX2: what widens halves takes registers,
     * too, and of eight rows two tiles of four are faster than one of six and one of two.
     */
    int tile() {
        return switch (this) {
            case FLOAT32, FLOAT16 -> PanelTile.WIDTH / 4;
            case INT8 -> 1;
        };
    }

    /**
     * Writes one panel.
     *
     * @param columns [width, depth], finite; not kept, and spoilt
     * @param panel from its position on, {@link #bytes} of them
     * @param scales one for each column, from {@code first} on; not touched where there are none
     * @throws IllegalArgumentException if a value is not finite and the format is narrower
     */
    public void pack(float[] columns, int depth, ByteBuffer panel, float[] scales, int first) {
        for (int column = 0; column < PanelTile.WIDTH; column++) {
            int from = column * depth;
            switch (this) {
                case FLOAT32 -> {}
                case FLOAT16 -> scales[first + column] = toHalves(columns, from, depth);
                case INT8 -> scales[first + column] = toLevels(columns, from, depth);
            }
        }
        switch (this) {
            case FLOAT32 -> putFloats(columns, depth, panel);
            case FLOAT16 -> putHalves(columns, depth, panel);
            case INT8 -> putLevels(columns, depth, panel);
        }
    }

    /** Turns values into what they are widened to, and returns their scale. */
    private static float toHalves(float[] values, int from, int count) {
        float largest = 0;
        for (int i = from; i < from + count; i++) {
            values[i] = rounded(values[i]);
            largest = Math.max(largest, Math.abs(values[i]));
        }
        requireFinite(largest);
        if (largest == 0) {
            return 1;
        }
        int exponent = Math.getExponent(largest);
        double factor = Math.scalb(1.0, LARGEST_EXPONENT - exponent);
        for (int i = from; i < from + count; i++) {
            float narrow = (float) (values[i] * factor);
            if (Math.abs(narrow) < Float.MIN_NORMAL) {
                narrow = smallest(narrow);
            }
            values[i] = narrow;
        }
        return Math.scalb(1f, exponent);
    }

    /** What is below the smallest that is kept becomes it or 0, whichever is nearer. */
    private static float smallest(float value) {
        return Math.abs(value) < Float.MIN_NORMAL / 2 ? 0 : Math.copySign(Float.MIN_NORMAL, value);
    }

    private static void requireFinite(float largest) {
        if (!Float.isFinite(largest)) {
            throw new IllegalArgumentException(
                    "a value of %s (expected: finite ones)".formatted(largest));
        }
    }

    /** To eleven significant bits, ties to even. */
    private static float rounded(float value) {
        int bits = Float.floatToRawIntBits(value);
        int half = (1 << DROPPED_BITS - 1) - 1;
        return Float.intBitsToFloat(bits + half + (bits >>> DROPPED_BITS & 1) & -1 << DROPPED_BITS);
    }

    private static float toLevels(float[] values, int from, int count) {
        float largest = 0;
        for (int i = from; i < from + count; i++) {
            largest = Math.max(largest, Math.abs(values[i]));
        }
        requireFinite(largest);
        float scale = largest / LEVELS;
        for (int i = from; i < from + count; i++) {
            values[i] = scale == 0 ? 0 : Math.round(values[i] / scale);
        }
        return scale;
    }

    private static void putFloats(float[] columns, int depth, ByteBuffer panel) {
        int width = PanelTile.WIDTH;
        int[] block = new int[BLOCK * width];
        for (int first = 0; first < depth; first += BLOCK) {
            int count = Math.min(BLOCK, depth - first);
            for (int column = 0; column < width; column++) {
                for (int k = 0; k < count; k++) {
                    float value = columns[column * depth + first + k];
                    block[k * width + column] = Float.floatToRawIntBits(value);
                }
            }
            put(block, count * width, panel);
        }
    }

    private static void putHalves(float[] columns, int depth, ByteBuffer panel) {
        int lanes = PanelTile.WIDTH / 2;
        int[] block = new int[BLOCK * lanes];
        for (int first = 0; first < depth; first += BLOCK) {
            int count = Math.min(BLOCK, depth - first);
            for (int lane = 0; lane < lanes; lane++) {
                int low = lane * depth + first;
                int high = (lane + lanes) * depth + first;
                for (int k = 0; k < count; k++) {
                    block[k * lanes + lane] =
                            half(columns[high + k]) << Short.SIZE | half(columns[low + k]);
                }
            }
            put(block, count * lanes, panel);
        }
    }

    private static void put(int[] block, int count, ByteBuffer panel) {
        panel.asIntBuffer().put(block, 0, count);
        panel.position(panel.position() + count * Integer.BYTES);
    }

    /** Sign, exponent and significand as {@link HalfTile} has them. */
    private static int half(float value) {
        int bits = Float.floatToRawIntBits(value);
        return bits >>> Short.SIZE & 0x8000 | bits >>> DROPPED_BITS & 0x7fff;
    }

    private static void putLevels(float[] columns, int depth, ByteBuffer panel) {
        int lanes = PanelTile.WIDTH / 2;
        int[] block = new int[BLOCK / 2 * lanes];
        for (int first = 0; first < depth; first += BLOCK) {
            int count = Math.min(BLOCK, depth - first) / 2;
            for (int lane = 0; lane < lanes; lane++) {
                int low = lane * depth + first;
                int high = (lane + lanes) * depth + first;
                for (int pair = 0; pair < count; pair++) {
                    block[pair * lanes + lane] =
                            level(columns[low + 2 * pair])
                                    | level(columns[high + 2 * pair]) << 8
                                    | level(columns[low + 2 * pair + 1]) << 16
                                    | level(columns[high + 2 * pair + 1]) << 24;
                }
            }
            put(block, count * lanes, panel);
        }
    }

    private static int level(float value) {
        return (int) value & 0xff;
    }
}
