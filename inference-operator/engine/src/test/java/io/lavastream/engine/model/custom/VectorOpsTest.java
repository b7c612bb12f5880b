package io.lavastream.engine.model.custom;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.kernels.CacheAttention;
import io.lavastream.kernels.FreshRows;
import io.lavastream.kernels.KernelThreads;
import io.lavastream.kernels.PagedCache;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * Attention of a decode step as an operation by itself, which a model has whose matrices are not all in panels, is what its kernel finds. Models of the
 * published sizes have it within {@link LayerOps}.
 */
@Tag("vectors")
class VectorOpsTest {
    private static final int ROWS = 3;
    private static final int HEADS = 2;
    private static final int SIZE = 64;
    private static final int POSITIONS = 64;
    private static final int PAGES = 4;
    private static final int[] PLACES = {2, 0, 3, 1};
    private static final int[] LENGTHS = {70, 1, 64};

    private final float[] projected = floats(ROWS * 3 * HEADS * SIZE);
    private final float[] cos = floats(ROWS * SIZE / 2);
    private final float[] sin = floats(ROWS * SIZE / 2);
    private final float[] keys = floats(PAGES * HEADS * SIZE * POSITIONS);
    private final float[] values = floats(PAGES * HEADS * SIZE * POSITIONS);

    @Test
    void cacheAttentionFindsWhatItsKernelDoes() {
        try (Graph graph = new Graph();
                Session session = new Session(graph);
                TFloat32 keyTensor = tensor(keys, Shape.of(PAGES, HEADS, SIZE, POSITIONS));
                TFloat32 valueTensor = tensor(values, Shape.of(PAGES, HEADS, POSITIONS, SIZE))) {
            Ops tf = Ops.create(graph);
            Placeholder<TFloat32> keyInput = tf.placeholder(TFloat32.class);
            Placeholder<TFloat32> valueInput = tf.placeholder(TFloat32.class);
            Operand<TFloat32> attended =
                    VectorOps.cacheAttention(
                            tf,
                            new VectorOps.Fresh(
                                    constant(tf, projected, Shape.of(ROWS, 3 * HEADS * SIZE)),
                                    constant(tf, cos, Shape.of(ROWS, SIZE / 2)),
                                    constant(tf, sin, Shape.of(ROWS, SIZE / 2))),
                            new VectorOps.Cache(keyInput, valueInput),
                            tf.constant(PLACES),
                            tf.constant(LENGTHS),
                            2);

            try (Result result =
                    session.runner()
                            .feed(keyInput, keyTensor)
                            .feed(valueInput, valueTensor)
                            .fetch(attended)
                            .run()) {
                float[] found = new float[ROWS * HEADS * SIZE];
                ((TFloat32) result.get(0)).copyTo(DataBuffers.of(found, false, false));
                assertThat(found).isEqualTo(byKernel());
            }
        }
    }

    private float[] byKernel() {
        ByteBuffer out = direct(new float[ROWS * HEADS * SIZE]);
        CacheAttention.attend(
                new KernelThreads(1),
                new PagedCache(direct(keys), direct(values), HEADS, POSITIONS, SIZE),
                FreshRows.turned(direct(projected), direct(cos), direct(sin), HEADS, HEADS, SIZE),
                IntBuffer.wrap(PLACES),
                IntBuffer.wrap(LENGTHS),
                out);
        FloatBuffer found = out.asFloatBuffer();
        float[] row = new float[found.remaining()];
        found.get(row);
        return row;
    }

    private static Operand<TFloat32> constant(Ops tf, float[] values, Shape shape) {
        return tf.constant(shape, DataBuffers.of(values));
    }

    private static TFloat32 tensor(float[] values, Shape shape) {
        return TFloat32.tensorOf(shape, DataBuffers.of(values));
    }

    private static ByteBuffer direct(float[] values) {
        ByteBuffer buffer =
                ByteBuffer.allocateDirect(values.length * Float.BYTES)
                        .order(ByteOrder.nativeOrder());
        buffer.asFloatBuffer().put(values);
        return buffer;
    }

    private static float[] floats(int count) {
        Random random = new Random(count);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return values;
    }
}
