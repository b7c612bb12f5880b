package io.lavastream.loadtests.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.lavastream.loadtests.bench.onnx.OnnxGraph;
import io.lavastream.loadtests.bench.onnx.OnnxGraph.ElementType;
import io.lavastream.loadtests.bench.onnx.OnnxRuntime;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;

/** Operations a second of one product of [640, 1024] and [1024, 4096] float32 matrices, several times. */
final class LargeProduct {
    private static final int ROWS = 640;
    private static final int INNER = 1024;
    private static final int COLUMNS = 4096;
    private static final double OPERATIONS = 2.0 * ROWS * INNER * COLUMNS;
    private static final int ROUNDS = 6;

    private LargeProduct() {}

    /** TensorFlow's, in the better of two layouts of the weight: [inner, columns] and [columns, inner]. */
    static Samples tensorFlow(int threads) {
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            Placeholder<TFloat32> x =
                    tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(ROWS, INNER)));
            Operand<TFloat32> weight =
                    tf.constant(Shape.of(INNER, COLUMNS), DataBuffers.of(values(INNER * COLUMNS)));
            Operand<TFloat32> turned =
                    tf.constant(Shape.of(COLUMNS, INNER), DataBuffers.of(values(INNER * COLUMNS)));
            MatMul<TFloat32> plain = tf.linalg.matMul(x, weight);
            MatMul<TFloat32> columns = tf.linalg.matMul(turned, x, MatMul.transposeB(true));
            ConfigProto config =
                    ConfigProto.newBuilder()
                            .setIntraOpParallelismThreads(threads)
                            .setInterOpParallelismThreads(1)
                            .build();
            try (Session session = new Session(graph, config);
                    TFloat32 rows =
                            TFloat32.tensorOf(
                                    Shape.of(ROWS, INNER),
                                    tensor ->
                                            tensor.asRawTensor()
                                                    .data()
                                                    .asFloats()
                                                    .write(values(ROWS * INNER)))) {
                Samples byRows =
                        rates(() -> session.runner().feed(x, rows).addTarget(plain).run().close());
                Samples byColumns =
                        rates(
                                () ->
                                        session.runner()
                                                .feed(x, rows)
                                                .addTarget(columns)
                                                .run()
                                                .close());
                return byRows.median() > byColumns.median() ? byRows : byColumns;
            }
        }
    }

    /** ONNX Runtime's, which packs a constant weight when it loads. */
    static Samples onnxRuntime(int threads) {
        OnnxGraph graph = new OnnxGraph();
        String x = graph.input("x", ElementType.FLOAT, ROWS, INNER);
        String weight = graph.constant("weight", values(INNER * COLUMNS), INNER, COLUMNS);
        String product = graph.node("MatMul", List.of(x, weight));
        graph.output(product, ElementType.FLOAT, ROWS, COLUMNS);
        try (OrtSession session = OnnxRuntime.session(graph.toByteArray(), threads);
                OnnxTensor rows =
                        OnnxTensor.createTensor(
                                OnnxRuntime.environment(),
                                FloatBuffer.wrap(values(ROWS * INNER)),
                                new long[] {ROWS, INNER})) {
            return rates(() -> session.run(Map.of(x, rows)).close());
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime does not run the product", e);
        }
    }

    private static <E extends Exception> Samples rates(Product<E> product) throws E {
        product.run();
        Samples rates = new Samples();
        for (int i = 0; i < ROUNDS; i++) {
            long begin = System.nanoTime();
            product.run();
            rates.add(OPERATIONS / ((System.nanoTime() - begin) / 1e9));
        }
        return rates;
    }

    private static float[] values(int count) {
        SplittableRandom random = new SplittableRandom(1);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble() - 0.5f;
        }
        return values;
    }

    private interface Product<E extends Exception> {
        void run() throws E;
    }
}
