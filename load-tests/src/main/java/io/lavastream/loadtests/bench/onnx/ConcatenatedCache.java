package io.lavastream.loadtests.bench.onnx;

import io.lavastream.engine.checkpoint.LlamaConfig;
import io.lavastream.engine.model.layers.RotaryEmbedding;
import java.util.List;

/**
 * ONNX's standard operators only, as PyTorch's exporter writes them and Optimum ships them: new keys and values are concatenated
 * to the past ones, so that each step copies all of them. For single rows, which need no mask; as many heads of keys as of queries.
 *
 * @param positions that a sequence may reach
 */
record ConcatenatedCache(OnnxGraph graph, LlamaConfig config, int positions)
        implements DecoderCache {
    /** [1], where the row stands. */
    static final String POSITION = "position_ids";

    /** Queries, keys and values. */
    private static final int PACKED = 3;

    ConcatenatedCache {
        if (config.keyValueHeads() != config.heads()) {
            throw new IllegalArgumentException(
                    "num_key_value_heads: %d (expected: %d, the heads)"
                            .formatted(config.keyValueHeads(), config.heads()));
        }
    }

    @Override
    public void begin() {
        graph.input(POSITION, OnnxGraph.ElementType.INT64, 1);
        int half = config.headSize() / 2;
        float[] angles = RotaryEmbedding.angles(positions, config.headSize(), config.ropeBase());
        float[] cos = new float[2 * angles.length];
        float[] sin = new float[2 * angles.length];
        for (int i = 0; i < angles.length; i++) {
            int at = i / half * 2 * half + i % half;
            cos[at] = (float) Math.cos(angles[i]);
            cos[at + half] = cos[at];
            sin[at] = (float) Math.sin(angles[i]);
            sin[at + half] = sin[at];
        }
        String cosines = graph.constant("cos_table", cos, positions, 2L * half);
        String sines = graph.constant("sin_table", sin, positions, 2L * half);
        graph.node("", "Gather", List.of(cosines, POSITION), List.of("cos"));
        graph.node("", "Gather", List.of(sines, POSITION), List.of("sin"));
        for (int i = 0; i <= PACKED; i++) {
            graph.constant("packed." + i, new long[] {(long) i * config.hiddenSize()}, 1);
        }
        graph.constant("half.0", new long[] {0}, 1);
        graph.constant("half.1", new long[] {half}, 1);
        graph.constant("half.2", new long[] {2L * half}, 1);
        graph.constant("axis.last", new long[] {-1}, 1);
        graph.constant("by_head", new long[] {0, 0, config.heads(), config.headSize()}, 4);
        graph.constant("by_row", new long[] {0, 0, config.hiddenSize()}, 3);
        graph.constant("scale", new float[] {(float) (1 / Math.sqrt(config.headSize()))});
    }

    @Override
    public String attend(int layer, String packed) {
        String queries = turned(heads(packed, 0));
        String keys = joined(layer, "key", turned(heads(packed, 1)));
        String values = joined(layer, "value", heads(packed, 2));
        String scores = graph.node("MatMul", List.of(queries, transposed(keys, 0, 1, 3, 2)));
        String shares =
                graph.node(
                        "Softmax",
                        List.of(graph.node("Mul", List.of(scores, "scale"))),
                        Attribute.of("axis", -1));
        String attended = graph.node("MatMul", List.of(shares, values));
        return graph.node("Reshape", List.of(transposed(attended, 0, 2, 1, 3), "by_row"));
    }

    /** One third of {@code packed}: [sequences, heads, rows, headSize]. */
    private String heads(String packed, int third) {
        String part = slice(packed, "packed." + third, "packed." + (third + 1));
        return transposed(graph.node("Reshape", List.of(part, "by_head")), 0, 2, 1, 3);
    }

    private String turned(String x) {
        String first = slice(x, "half.0", "half.1");
        String second = graph.node("Neg", List.of(slice(x, "half.1", "half.2")));
        String swapped = graph.node("Concat", List.of(second, first), Attribute.of("axis", -1));
        return graph.node(
                "Add",
                List.of(
                        graph.node("Mul", List.of(x, "cos")),
                        graph.node("Mul", List.of(swapped, "sin"))));
    }

    private String joined(int layer, String what, String added) {
        String past = DecoderCache.past(layer, what);
        String present = DecoderCache.present(layer, what);
        long[] shape = {-1, config.heads(), -1, config.headSize()};
        graph.input(past, OnnxGraph.ElementType.FLOAT, shape);
        graph.output(present, OnnxGraph.ElementType.FLOAT, shape);
        graph.node("", "Concat", List.of(past, added), List.of(present), Attribute.of("axis", 2));
        return present;
    }

    private String slice(String x, String start, String end) {
        return graph.node("Slice", List.of(x, start, end, "axis.last"));
    }

    private String transposed(String x, long... order) {
        return graph.node("Transpose", List.of(x), new Attribute.Wholes("perm", order));
    }
}
