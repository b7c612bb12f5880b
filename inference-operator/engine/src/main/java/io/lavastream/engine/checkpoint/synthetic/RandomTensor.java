package io.lavastream.engine.checkpoint.synthetic;

import io.lavastream.engine.checkpoint.FloatEncoder;
import io.lavastream.engine.checkpoint.TensorShape;
import io.lavastream.engine.checkpoint.TensorType;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * The random values of one tensor, a piece at a time. They depend on the seed, the tensor's name and
 * the type alone, not on the file or the order in which tensors are written.
 *
 * <p>Values are uniform, of 65536 levels. Matrices keep the variance of what they multiply, so that
 * activations stay near one however deep the model is; scales of norms are near one.
 */
final class RandomTensor implements TensorValues {
    private static final int LEVELS = 1 << 16;

    /** Logits of this deviation make a model that prefers some tokens clearly. */
    private static final double HEAD_GAIN = 3;

    private static final double SCALE_SPREAD = 0.2;
    private static final double BIAS_SPREAD = 0.1;

    private final TensorType type;
    private final int[] levels;
    private final SplittableRandom random;

    RandomTensor(TensorShape tensor, TensorType type, long seed) {
        this.type = type;
        this.levels = levels(tensor, type);
        this.random = new SplittableRandom(seed ^ hash(tensor.name()));
    }

    @Override
    public void fill(ByteBuffer piece) {
        if (type == TensorType.F32) {
            while (piece.remaining() >= Long.BYTES) {
                long bits = random.nextLong();
                piece.putInt(level(bits)).putInt(level(bits >>> 16));
            }
            if (piece.hasRemaining()) {
                piece.putInt(level(random.nextLong()));
            }
            return;
        }
        while (piece.remaining() >= Long.BYTES) {
            long bits = random.nextLong();
            piece.putLong(
                    level(bits)
                            | (long) level(bits >>> 16) << 16
                            | (long) level(bits >>> 32) << 32
                            | (long) level(bits >>> 48) << 48);
        }
        for (long bits = random.nextLong(); piece.hasRemaining(); bits >>>= 16) {
            piece.putShort((short) level(bits));
        }
    }

    private int level(long bits) {
        return levels[(int) bits & (LEVELS - 1)];
    }

    /** The bits of every value that the tensor can have. */
    private static int[] levels(TensorShape tensor, TensorType type) {
        double centre = isScale(tensor) ? 1 : 0;
        double spread = spread(tensor);
        float[] values = new float[LEVELS];
        for (int i = 0; i < LEVELS; i++) {
            values[i] = (float) (centre + spread * (2.0 * i / (LEVELS - 1) - 1));
        }
        return type == TensorType.F32 ? bits(values) : bits(values, type);
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[LEVELS];
        for (int i = 0; i < LEVELS; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }

    private static int[] bits(float[] values, TensorType type) {
        short[] encoded = new short[LEVELS];
        FloatEncoder.encode(type, values, encoded, LEVELS);
        int[] bits = new int[LEVELS];
        for (int i = 0; i < LEVELS; i++) {
            bits[i] = Short.toUnsignedInt(encoded[i]);
        }
        return bits;
    }

    private static boolean isScale(TensorShape tensor) {
        return tensor.shape().size() == 1 && tensor.name().contains("norm") && isWeight(tensor);
    }

    private static boolean isWeight(TensorShape tensor) {
        return tensor.name().endsWith(".weight");
    }

    /** Half the width of the distribution: its deviation times the root of three. */
    private static double spread(TensorShape tensor) {
        if (tensor.shape().size() == 1) {
            return isScale(tensor) ? SCALE_SPREAD : BIAS_SPREAD;
        }
        long in = tensor.elements() / tensor.shape().get(0);
        double gain = tensor.name().contains("lm_head") ? HEAD_GAIN : 1;
        return gain * Math.sqrt(3.0 / in);
    }

    /** 64 bits of FNV-1a. */
    private static long hash(String name) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }
}
