package io.lavastream.loadtests.bench.onnx;

import io.lavastream.engine.checkpoint.LlamaConfig;
import io.lavastream.engine.model.layers.RotaryEmbedding;
import java.util.List;

/**
 * GroupQueryAttention, ONNX Runtime's own operator, as the model builder of onnxruntime-genai uses it: it turns by position, writes
 * to the cache in place, and attends.
 *
 * @param positions that the cache has
 */
record InPlaceCache(OnnxGraph graph, LlamaConfig config, int positions) implements DecoderCache {
    static final String LENGTHS = "seqlens_k";
    static final String LONGEST = "total_sequence_length";

    @Override
    public void begin() {
        graph.input(LENGTHS, OnnxGraph.ElementType.INT32, -1);
        graph.input(LONGEST, OnnxGraph.ElementType.INT32);
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

    @Override
    public String attend(int layer, String packed) {
        String attended = "attended_" + layer;
        String pastKey = DecoderCache.past(layer, "key");
        String pastValue = DecoderCache.past(layer, "value");
        String presentKey = DecoderCache.present(layer, "key");
        String presentValue = DecoderCache.present(layer, "value");
        long[] shape = {-1, config.keyValueHeads(), positions, config.headSize()};
        for (String past : List.of(pastKey, pastValue)) {
            graph.input(past, OnnxGraph.ElementType.FLOAT, shape);
        }
        for (String present : List.of(presentKey, presentValue)) {
            graph.output(present, OnnxGraph.ElementType.FLOAT, shape);
        }
        graph.node(
                OnnxGraph.CONTRIB,
                "GroupQueryAttention",
                List.of(
                        packed,
                        "",
                        "",
                        pastKey,
                        pastValue,
                        LENGTHS,
                        LONGEST,
                        "cos_cache",
                        "sin_cache"),
                List.of(attended, presentKey, presentValue),
                Attribute.of("num_heads", config.heads()),
                Attribute.of("kv_num_heads", config.keyValueHeads()),
                Attribute.of("scale", (float) (1 / Math.sqrt(config.headSize()))),
                Attribute.of("do_rotary", 1),
                Attribute.of("rotary_interleaved", 0));
        return attended;
    }
}
