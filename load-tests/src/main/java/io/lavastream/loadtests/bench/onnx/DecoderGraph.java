package io.lavastream.loadtests.bench.onnx;

import io.lavastream.engine.checkpoint.LlamaConfig;
import java.util.List;

/**
 * The language model as the model builder of onnxruntime-genai makes it in float32 for the CPU ({@code microsoft/onnxruntime-genai:
 * src/python/py/models/builders/base.py}): one product for queries, keys and values, SkipSimplifiedLayerNormalization, and attention
 * in one of the forms of {@link DecoderCache}.
 *
 * <p>Of the builder's options those are taken that are faster: input are embeddings, as for every model with images; logits are
 * made for the last position only; and the choice of the token is in the graph.
 */
final class DecoderGraph {
    static final String EMBEDDINGS = "inputs_embeds";
    static final String IDS = "input_ids";
    static final String LOGITS = "logits";
    static final String TOKENS = "tokens";

    static final String EMBEDDING = "language_model.model.embed_tokens.weight";

    private static final String MODEL = "language_model.model.";

    private final LlamaConfig config;
    private final OnnxGraph graph;
    private final WeightFile weights;

    private final DecoderCache cache;

    private DecoderGraph(
            LlamaConfig config, OnnxGraph graph, WeightFile weights, DecoderCache cache) {
        this.config = config;
        this.graph = graph;
        this.weights = weights;
        this.cache = cache;
    }

    /** Adds the model to {@code graph}, with embeddings as input and a cache of {@code positions}. */
    static void build(LlamaConfig config, int positions, OnnxGraph graph, WeightFile weights) {
        String x =
                graph.input(EMBEDDINGS, OnnxGraph.ElementType.FLOAT, -1, -1, config.hiddenSize());
        build(config, graph, weights, x, new InPlaceCache(graph, config, positions));
    }

    /** Adds the model to {@code graph}, with token ids as input, and of standard operators. */
    static void buildExported(
            LlamaConfig config, int positions, OnnxGraph graph, WeightFile weights) {
        String ids = graph.input(IDS, OnnxGraph.ElementType.INT64, -1, 1);
        String x = graph.node("Gather", List.of(weights.tensor(EMBEDDING), ids));
        build(config, graph, weights, x, new ConcatenatedCache(graph, config, positions));
    }

    private static void build(
            LlamaConfig config,
            OnnxGraph graph,
            WeightFile weights,
            String embedded,
            DecoderCache cache) {
        new DecoderGraph(config, graph, weights, cache).build(embedded);
    }

    private void build(String embedded) {
        String x = embedded;
        cache.begin();
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
        return product(cache.attend(layer, packed), List.of(prefix + "o_proj.weight"));
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

    private static String layer(int layer) {
        return MODEL + "layers.%d.".formatted(layer);
    }
}
