package io.lavastream.loadtests.bench.jmh;

import io.lavastream.engine.model.MatrixLayout;
import io.lavastream.engine.model.custom.PanelOps;
import io.lavastream.engine.model.layers.Linear;
import io.lavastream.engine.model.layers.Panels;
import io.lavastream.engine.model.layers.Surroundings;
import io.lavastream.kernels.PanelFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * What one product with a 1024 x 4096 matrix takes in each {@link MatrixLayout}, which one the engine takes depending on the
 * processor. The matrices, one after the other, are larger than the caches together, as those of a model are.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class MatrixLayoutBenchmark {
    private static final int IN = 1024;
    private static final int OUT = 4096;
    private static final int MATRICES = 16;
    private static final int THREADS = Runtime.getRuntime().availableProcessors();

    @Param({"VECTORS", "PANELS", "IN_OUT", "OUT_IN"})
    public MatrixLayout layout;

    /** In which values are kept; others than floats by {@link MatrixLayout#VECTORS} only. */
    @Param("FLOAT32")
    public PanelFormat format;

    /** Sequences of a decode step, or positions of a prefill. */
    @Param({"1", "4", "8", "16", "256", "640"})
    public int rows;

    private Graph graph;
    private Session session;
    private Placeholder<TFloat32> input;
    private TFloat32 values;
    private final List<Operand<TFloat32>> products = new ArrayList<>();

    @Setup
    public void build() {
        graph = new Graph();
        Ops tf = Ops.create(graph);
        // As the engine's graph is told.
        long known = rows == 1 ? 1 : Shape.UNKNOWN_SIZE;
        input = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(known, IN)));
        session = new Session(graph, oneOperationAtATime());
        for (int i = 0; i < MATRICES; i++) {
            products.add(product(tf, weight(tf, shape(), i)));
        }
        values = random(Shape.of(rows, IN), MATRICES);
    }

    /** Targets, not fetched: what a product gives stays where it is. */
    @Benchmark
    @OperationsPerInvocation(MATRICES)
    public void product() {
        Session.Runner runner = session.runner().feed(input, values);
        products.forEach(runner::addTarget);
        runner.run().close();
    }

    @TearDown
    public void close() {
        values.close();
        session.close();
        graph.close();
    }

    private Shape shape() {
        return switch (layout) {
            case VECTORS -> PanelOps.shape(format, OUT, IN);
            case PANELS -> Shape.of(OUT / Panels.WIDTH, IN, Panels.WIDTH);
            case IN_OUT -> Shape.of(IN, OUT);
            case OUT_IN -> Shape.of(OUT, IN);
        };
    }

    private Operand<TFloat32> product(Ops tf, Operand<TFloat32> weight) {
        return switch (layout) {
            case VECTORS ->
                    PanelOps.product(tf, input, panels(tf, weight), Surroundings.NONE, THREADS);
            case PANELS -> Panels.rows(tf, Panels.product(tf, input, weight));
            case IN_OUT -> tf.linalg.matMul(input, weight);
            case OUT_IN -> Linear.linear(tf, input, weight);
        };
    }

    /** Of narrow formats the bits of floats, which are numbers as good as any, and scales of one matrix for all. */
    private PanelOps.Weights panels(Ops tf, Operand<TFloat32> weight) {
        if (format == PanelFormat.FLOAT32) {
            return new PanelOps.Weights(format, weight, Optional.empty());
        }
        Operand<TInt32> bits = tf.bitcast(weight, TInt32.class);
        Operand<TFloat32> scales = tf.fill(tf.constant(new int[] {OUT}), tf.constant(1f));
        return new PanelOps.Weights(format, bits, Optional.of(scales));
    }

    private Operand<TFloat32> weight(Ops tf, Shape shape, int number) {
        String name = "weight." + number;
        VarHandleOp handle = tf.varHandleOp(TFloat32.class, shape, VarHandleOp.sharedName(name));
        Placeholder<TFloat32> initial = tf.placeholder(TFloat32.class, Placeholder.shape(shape));
        try (TFloat32 weights = random(shape, number)) {
            session.runner()
                    .feed(initial, weights)
                    .addTarget(tf.assignVariableOp(handle, initial))
                    .run()
                    .close();
        }
        return tf.readVariableOp(handle, TFloat32.class);
    }

    private static TFloat32 random(Shape shape, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] numbers = new float[Math.toIntExact(shape.size())];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) random.nextDouble(-1, 1);
        }
        return TFloat32.tensorOf(
                shape, tensor -> tensor.asRawTensor().data().asFloats().write(numbers));
    }

    /** As the engine computes. */
    private static ConfigProto oneOperationAtATime() {
        return ConfigProto.newBuilder()
                .setIntraOpParallelismThreads(THREADS)
                .setInterOpParallelismThreads(1)
                .build();
    }
}
