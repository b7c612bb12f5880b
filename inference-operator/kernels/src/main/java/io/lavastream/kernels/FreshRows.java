package io.lavastream.kernels;

import static io.lavastream.kernels.VectorMemory.SPECIES;

import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import jdk.incubator.vector.FloatVector;

/**
 * What some rows bring to attention: of each all query heads, then all key heads, then all value heads, as one product makes them. Queries and
 * keys are turned by their position (rotary embedding, arXiv 2104.09864, component i with component i + size / 2) as they are taken, and
 * queries scaled by 1 / sqrt(size).
 *
 * <p>Thread-safe, as it only reads.
 */
public final class FreshRows {
    private static final Loops LOOPS = new Loops();

    private final Object projected;
    private final FloatBuffer cos;
    private final FloatBuffer sin;
    private final int queryHeads;
    private final int heads;
    private final int size;
    private final float scale;

    private FreshRows(
            ByteBuffer projected,
            ByteBuffer cos,
            ByteBuffer sin,
            int queryHeads,
            int heads,
            int size) {
        this.projected = VectorMemory.of(projected);
        this.cos = cos.asFloatBuffer();
        this.sin = sin.asFloatBuffer();
        this.queryHeads = queryHeads;
        this.heads = heads;
        this.size = size;
        this.scale = (float) (1 / Math.sqrt(size));
    }

    /**
     * Of direct buffers, used from index 0 on.
     *
     * @param projected [rows, queryHeads + 2 * heads, size]
     * @param cos of the angle of each row's position, [rows, size / 2]
     * @param sin likewise
     * @param queryHeads a multiple of {@code heads}
     * @param heads of keys and of values
     * @param size of a head, an even number of whole vectors
     */
    public static FreshRows turned(
            ByteBuffer projected,
            ByteBuffer cos,
            ByteBuffer sin,
            int queryHeads,
            int heads,
            int size) {
        return new FreshRows(projected, cos, sin, queryHeads, heads, size);
    }

    int queryHeads() {
        return queryHeads;
    }

    int heads() {
        return heads;
    }

    /** How many query heads share one of keys. */
    int group() {
        return queryHeads / heads;
    }

    /** Writes a query to {@code line} from {@code to} on. */
    void query(int row, int head, Turn turn, float[] line, int to) {
        take(row, head, line, to);
        turn.apply(line, to);
        for (int i = to; i < to + size; i += SPECIES.length()) {
            FloatVector.fromArray(SPECIES, line, i).mul(scale).intoArray(line, i);
        }
    }

    /** Likewise a key. */
    void key(int row, int head, Turn turn, float[] line, int to) {
        take(row, queryHeads + head, line, to);
        turn.apply(line, to);
    }

    /** Likewise a value. */
    void value(int row, int head, float[] line, int to) {
        take(row, queryHeads + heads + head, line, to);
    }

    /** How a row turns. */
    Turn turn(int row) {
        int half = size / 2;
        float[] angles = new float[size];
        cos.get(row * half, angles, 0, half);
        sin.get(row * half, angles, half, half);
        return new Turn(angles);
    }

    private void take(int row, int head, float[] line, int to) {
        int from = (row * (queryHeads + 2 * heads) + head) * size;
        VectorMemory.read(projected, from, size, line, to);
    }

    /** The turn of one row. */
    static final class Turn {
        private final float[] angles;

        private Turn(float[] angles) {
            this.angles = angles;
        }

        private void apply(float[] line, int from) {
            LOOPS.rotate(angles, line, from);
        }
    }

    /** {@link Apart} from the loops around it. */
    private static final class Loops {
        private final MethodHandle rotate = Apart.method(FreshRows.class, "rotate");

        void rotate(float[] angles, float[] line, int from) {
            try {
                rotate.invokeExact(angles, line, from);
            } catch (Throwable e) {
                throw VectorMemory.unexpected(e);
            }
        }
    }

    static void rotate(float[] angles, float[] line, int from) {
        int half = angles.length / 2;
        for (int i = 0; i < half; i += SPECIES.length()) {
            FloatVector a = FloatVector.fromArray(SPECIES, line, from + i);
            FloatVector b = FloatVector.fromArray(SPECIES, line, from + i + half);
            FloatVector cos = FloatVector.fromArray(SPECIES, angles, i);
            FloatVector sin = FloatVector.fromArray(SPECIES, angles, i + half);
            a.mul(cos).sub(b.mul(sin)).intoArray(line, from + i);
            b.mul(cos).add(a.mul(sin)).intoArray(line, from + i + half);
        }
    }
}
