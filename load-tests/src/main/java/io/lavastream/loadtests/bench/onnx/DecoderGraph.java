package io.lavastream.loadtests.bench.onnx;

import io.lavastream.engine.checkpoint.LlamaConfig;
import io.lavastream.engine.model.layers.RotaryEmbedding;
import java.util.List;

/**
 * The language model as the model builder of onnxruntime-genai makes it in float32 for the CPU ({@code microsoft/onnxruntime-genai:
 * src/python/py/models/builders/base.py}): one product for queries, keys and values, GroupQueryAttention that also turns by position
 * and keeps the cache, SkipSimplifiedLayerNormalization.
 *
 * <p>Of the builder's options those are taken that are faster: input are embeddings, as for every model with images; logits are
 * made for the last position only; and the choice of the token is in the graph.
 */
final class DecoderGraph {
    static final String EMBEDDINGS = "inputs_embeds";
    static final String LENGTHS = "seqlens_k";
    static final String LONGEST = "total_sequence_length";
    static final String LOGITS = "logits";
    static final String TOKENS = "tokens";

    private static final String MODEL = "language_model.model.";

    private final LlamaConfig config;
    private final int positions;
    private final OnnxGraph graph;
    private final WeightFile weights;

    private DecoderGraph(LlamaConfig config, int positions, OnnxGraph graph, WeightFile weights) {
        this.config = config;
        this.positions = positions;
        this.graph = graph;
        this.weights = weights;
    }

    static String past(int layer, String what) {
        return "past_key_values.%d.%s".formatted(layer, what);
    }

    static String present(int layer, String what) {
        return "present.%d.%s".formatted(layer, what);
    }

    /** Adds the model to {@code graph}; its cache has {@code positions}. */
    static void build(LlamaConfig config, int positions, OnnxGraph graph, WeightFile weights) {
        new DecoderGraph(config, positions, graph, weights).build();
    }

    private void build() {
        long hidden = config.hiddenSize();
        String x = graph.input(EMBEDDINGS, OnnxGraph.ElementType.FLOAT, -1, -1, hidden);
        graph.input(LENGTHS, OnnxGraph.ElementType.INT32, -1);
        graph.input(LONGEST, OnnxGraph.ElementType.INT32);
        rotaryTables();
        String normed =
                graph.node(
                        "SimplifiedLayerNormalization",
                        List.of(x, weights.tensor(layer(0) + "input_layernorm.weight")),
                        Attribute.of("axis", -1),
                        Attribute.of("epsilon", config.normEpsilon()),
                        Attribute.of("stash_type", 1));
        for (int i = 0; i < config.layers(); i++) {
            String attended = attention(i, normed);
            Normed afterAttention =
                    skipNorm(x, attended, layer(i) + "post_attention_layernorm.weight");
            String next =
                    i + 1 < config.layers()
                            ? layer(i + 1) + "input_layernorm.weight"
                            : MODEL + "norm.weight";
            Normed afterMlp = skipNorm(afterAttention.sum(), mlp(i, afterAttention.normed()), next);
            x = afterMlp.sum();
            normed = afterMlp.normed();
        }
        head(normed);
    }

    private String attention(int layer, String x) {
        String prefix = layer(layer) + "self_attn.";
        String packed =
                product(
                        x,
                        List.of(
                                prefix + "q_proj.weight",
                                prefix + "k_proj.weight",
                                prefix + "v_proj.weight"));
        String attended = "attended_" + layer;
        for (String what : List.of("key", "value")) {
            long[] shape = {-1, config.keyValueHeads(), positions, config.headSize()};
            graph.input(past(layer, what), OnnxGraph.ElementType.FLOAT, shape);
            graph.output(present(layer, what), OnnxGraph.ElementType.FLOAT, shape);
        }
        graph.node(
                OnnxGraph.CONTRIB,
                "GroupQueryAttention",
                List.of(
                        packed,
                        "",
                        "",
                        past(layer, "key"),
                        past(layer, "value"),
                        LENGTHS,
                        LONGEST,
                        "cos_cache",
                        "sin_cache"),
                List.of(attended, present(layer, "key"), present(layer, "value")),
                Attribute.of("num_heads", config.heads()),
                Attribute.of("kv_num_heads", config.keyValueHeads()),
                Attribute.of("scale", (float) (1 / Math.sqrt(config.headSize()))),
                Attribute.of("do_rotary", 1),
                Attribute.of("rotary_interleaved", 0));
        return product(attended, List.of(prefix + "o_proj.weight"));
    }

    private String mlp(int layer, String x) {
        String prefix = layer(layer) + "mlp.";
        String gate = product(x, List.of(prefix + "gate_proj.weight"));
        String up = product(x, List.of(prefix + "up_proj.weight"));
        String active = graph.node("Mul", List.of(gate, graph.node("Sigmoid", List.of(gate))));
        return product(
                graph.node("Mul", List.of(active, up)), List.of(prefix + "down_proj.weight"));
    }

    private void head(String normed) {
        String last =
                graph.node(
                        "Slice",
                        List.of(
                                normed,
                                graph.constant("last.start", new long[] {-1}, 1),
                                graph.constant("last.end", new long[] {Long.MAX_VALUE}, 1),
                                graph.constant("last.axis", new long[] {1}, 1)));
        String head = weights.turned(List.of("language_model.lm_head.weight"));
        graph.node("", "MatMul", List.of(last, head), List.of(LOGITS));
        graph.node(
                "",
                "ArgMax",
                List.of(LOGITS),
                List.of(TOKENS),
                Attribute.of("axis", -1),
                Attribute.of("keepdims", 0));
        graph.output(LOGITS, OnnxGraph.ElementType.FLOAT, -1, 1, config.vocabularySize());
        graph.output(TOKENS, OnnxGraph.ElementType.INT64, -1, 1);
    }

    private String product(String x, List<String> matrices) {
        return graph.node("MatMul", List.of(x, weights.turned(matrices)));
    }

    /** The sum of two branches, and its norm. */
    private record Normed(String normed, String sum) {}

    private Normed skipNorm(String x, String skip, String weight) {
        Normed names = new Normed(weight + ".normed", weight + ".sum");
        graph.node(
                OnnxGraph.CONTRIB,
                "SkipSimplifiedLayerNormalization",
                List.of(x, skip, weights.tensor(weight)),
                List.of(names.normed(), "", "", names.sum()),
                Attribute.of("epsilon", config.normEpsilon()));
        return names;
    }

    private void rotaryTables() {
        float[] angles = RotaryEmbedding.angles(positions, config.headSize(), config.ropeBase());
        float[] cos = new float[angles.length];
        float[] sin = new float[angles.length];
        for (int i = 0; i < angles.length; i++) {
            cos[i] = (float) Math.cos(angles[i]);
            sin[i] = (float) Math.sin(angles[i]);
        }
        graph.constant("cos_cache", cos, positions, config.headSize() / 2);
        graph.constant("sin_cache", sin, positions, config.headSize() / 2);
    }

    private static String layer(int layer) {
        return MODEL + "layers.%d.".formatted(layer);
    }
}
