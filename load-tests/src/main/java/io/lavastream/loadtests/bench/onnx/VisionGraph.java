package io.lavastream.loadtests.bench.onnx;

import io.lavastream.engine.checkpoint.ClipVisionConfig;
import io.lavastream.engine.checkpoint.LlavaConfig;
import java.util.List;

/**
 * CLIP's vision tower up to the layer that LLaVA uses, and the projector, with the operators that ONNX Runtime's optimiser for
 * transformers fuses an exported model into: one product for queries, keys and values, MultiHeadAttention,
 * SkipLayerNormalization, QuickGelu. Batch size one.
 */
final class VisionGraph {
    static final String PIXELS = "pixel_values";
    static final String FEATURES = "image_features";

    private static final String TOWER = "vision_tower.vision_model.";
    private static final float QUICK_GELU = 1.702f;

    private final LlavaConfig llava;
    private final ClipVisionConfig config;
    private final OnnxGraph graph;
    private final WeightFile weights;

    private VisionGraph(LlavaConfig llava, OnnxGraph graph, WeightFile weights) {
        this.llava = llava;
        this.config = llava.vision();
        this.graph = graph;
        this.weights = weights;
    }

    /** Adds the tower to {@code graph}. */
    static void build(LlavaConfig config, OnnxGraph graph, WeightFile weights) {
        new VisionGraph(config, graph, weights).build();
    }

    private void build() {
        int side = config.imageSize();
        String pixels = graph.input(PIXELS, OnnxGraph.ElementType.FLOAT, 1, 3, side, side);
        String x = norm(embeddings(pixels), TOWER + "pre_layrnorm");
        String normed = norm(x, layer(0) + "layer_norm1");
        for (int i = 0; i < llava.visionLayers(); i++) {
            Normed attended = skipNorm(x, attention(i, normed), layer(i) + "layer_norm2");
            String mlp = mlp(i, attended.normed());
            if (i + 1 == llava.visionLayers()) {
                x = graph.node("Add", List.of(attended.sum(), mlp));
            } else {
                Normed next = skipNorm(attended.sum(), mlp, layer(i + 1) + "layer_norm1");
                x = next.sum();
                normed = next.normed();
            }
        }
        project(withoutClassToken(x));
    }

    /** [1, 1 + patches, hidden]. */
    private String embeddings(String pixels) {
        long hidden = config.hiddenSize();
        long patch = config.patchSize();
        String cut =
                graph.node(
                        "Conv",
                        List.of(
                                pixels,
                                weights.tensor(TOWER + "embeddings.patch_embedding.weight")),
                        new Attribute.Wholes("kernel_shape", patch, patch),
                        new Attribute.Wholes("strides", patch, patch));
        String flat = reshape(cut, "patches.flat", 1, hidden, config.patches());
        String patches =
                graph.node("Transpose", List.of(flat), new Attribute.Wholes("perm", 0, 2, 1));
        String classToken =
                weights.tensor(TOWER + "embeddings.class_embedding", List.of(1L, 1L, hidden));
        String all = graph.node("Concat", List.of(classToken, patches), Attribute.of("axis", 1));
        return graph.node(
                "Add",
                List.of(
                        all,
                        weights.tensor(
                                TOWER + "embeddings.position_embedding.weight",
                                List.of(1L, 1L + config.patches(), hidden))));
    }

    private String attention(int layer, String x) {
        String prefix = layer(layer) + "self_attn.";
        List<String> parts = List.of(prefix + "q_proj", prefix + "k_proj", prefix + "v_proj");
        String packed =
                linear(
                        x,
                        parts.stream().map(part -> part + ".weight").toList(),
                        parts.stream().map(part -> part + ".bias").toList());
        List<String> split = List.of("query_" + layer, "key_" + layer, "value_" + layer);
        graph.node("", "Split", List.of(packed), split, Attribute.of("axis", -1));
        String attended = "attended_" + layer;
        graph.node(
                OnnxGraph.CONTRIB,
                "MultiHeadAttention",
                split,
                List.of(attended),
                Attribute.of("num_heads", config.heads()));
        return linear(attended, prefix + "out_proj");
    }

    private String mlp(int layer, String x) {
        String inner = linear(x, layer(layer) + "mlp.fc1");
        String active = layer(layer) + "mlp.active";
        graph.node(
                OnnxGraph.CONTRIB,
                "QuickGelu",
                List.of(inner),
                List.of(active),
                Attribute.of("alpha", QUICK_GELU));
        return linear(active, layer(layer) + "mlp.fc2");
    }

    /** [1, image tokens, language width]. */
    private void project(String x) {
        String first = linear(x, "multi_modal_projector.linear_1");
        graph.node(OnnxGraph.CONTRIB, "Gelu", List.of(first), List.of("projector.active"));
        String second = linear("projector.active", "multi_modal_projector.linear_2");
        graph.node("", "Identity", List.of(second), List.of(FEATURES));
        graph.output(
                FEATURES,
                OnnxGraph.ElementType.FLOAT,
                1,
                llava.imageTokens(),
                llava.text().hiddenSize());
    }

    private String withoutClassToken(String x) {
        return graph.node(
                "Slice",
                List.of(
                        x,
                        graph.constant("patches.start", new long[] {1}, 1),
                        graph.constant("patches.end", new long[] {Long.MAX_VALUE}, 1),
                        graph.constant("patches.axis", new long[] {1}, 1)));
    }

    private String linear(String x, String name) {
        return linear(x, List.of(name + ".weight"), List.of(name + ".bias"));
    }

    private String linear(String x, List<String> matrices, List<String> biases) {
        String product = graph.node("MatMul", List.of(x, weights.turned(matrices)));
        return graph.node("Add", List.of(product, weights.joined(biases)));
    }

    private String norm(String x, String name) {
        return graph.node(
                "LayerNormalization",
                List.of(x, weights.tensor(name + ".weight"), weights.tensor(name + ".bias")),
                Attribute.of("axis", -1),
                Attribute.of("epsilon", config.normEpsilon()));
    }

    /** The sum of two branches, and its norm. */
    private record Normed(String normed, String sum) {}

    private Normed skipNorm(String x, String skip, String name) {
        Normed names = new Normed(name + ".normed", name + ".sum");
        graph.node(
                OnnxGraph.CONTRIB,
                "SkipLayerNormalization",
                List.of(x, skip, weights.tensor(name + ".weight"), weights.tensor(name + ".bias")),
                List.of(names.normed(), "", "", names.sum()),
                Attribute.of("epsilon", config.normEpsilon()));
        return names;
    }

    private String reshape(String x, String name, long... dimensions) {
        return graph.node(
                "Reshape", List.of(x, graph.constant(name, dimensions, dimensions.length)));
    }

    private static String layer(int layer) {
        return TOWER + "encoder.layers.%d.".formatted(layer);
    }
}
