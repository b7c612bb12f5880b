package io.lavastream.loadtests.bench.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Graphs as they are written, run by the library that they are written for. */
class OnnxGraphTest {
    @TempDir private Path directory;

    @Test
    void productsAndAttributesAreWhatTheyAreNamed() throws OrtException {
        OnnxGraph graph = new OnnxGraph();
        String x = graph.input("x", OnnxGraph.ElementType.FLOAT, -1, 2);
        String weight = graph.constant("weight", new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        String product = graph.node("MatMul", List.of(x, weight));
        String turned =
                graph.node("Transpose", List.of(product), new Attribute.Wholes("perm", 1, 0));
        graph.node(
                OnnxGraph.CONTRIB,
                "QuickGelu",
                List.of(turned),
                List.of("y"),
                Attribute.of("alpha", 100f)); // so steep that it is x, or zero below zero
        graph.output("y", OnnxGraph.ElementType.FLOAT, 3, -1);

        try (OrtSession session = OnnxRuntime.session(graph.toByteArray(), 1)) {
            assertThat(run(session, new float[] {1, 1, -1, 0}, 2, 2))
                    .isDeepEqualTo(new float[][] {{5, 0}, {7, 0}, {9, 0}});
        }
    }

    @Test
    void weightsMayLieInAFileBesideTheModel() throws OrtException, IOException {
        ByteBuffer weights = ByteBuffer.allocate(4096 + 8).order(ByteOrder.LITTLE_ENDIAN);
        weights.putFloat(4096, 10).putFloat(4100, 20);
        Files.write(directory.resolve("model.weights"), bytes(weights));
        OnnxGraph graph = new OnnxGraph();
        String x = graph.input("x", OnnxGraph.ElementType.FLOAT, 1, 2);
        String weight = graph.external("weight", "model.weights", 4096, 8, 2);
        graph.output(graph.node("Add", List.of(x, weight)), OnnxGraph.ElementType.FLOAT, 1, 2);
        Files.write(directory.resolve("model.onnx"), graph.toByteArray());

        try (OrtSession session = OnnxRuntime.session(directory.resolve("model.onnx"), 1)) {
            assertThat(run(session, new float[] {1, 2}, 1, 2))
                    .isDeepEqualTo(new float[][] {{11, 22}});
        }
    }

    private static float[][] run(OrtSession session, float[] x, long... shape) throws OrtException {
        try (OnnxTensor input =
                        OnnxTensor.createTensor(
                                OnnxRuntime.environment(), FloatBuffer.wrap(x), shape);
                OrtSession.Result result = session.run(Map.of("x", input))) {
            return (float[][]) result.get(0).getValue();
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.get(0, bytes);
        return bytes;
    }
}
