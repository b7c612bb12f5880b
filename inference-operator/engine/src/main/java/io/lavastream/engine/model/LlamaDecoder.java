package io.lavastream.engine.model;

import static io.lavastream.engine.model.layers.Norms.rmsNorm;

import io.lavastream.engine.checkpoint.LlamaConfig;
import io.lavastream.engine.checkpoint.LlavaConfig;
import io.lavastream.engine.model.layers.RotaryEmbedding;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The LLaMA decoder (arXiv 2302.13971), with grouped-query heads (arXiv 2305.13245). Rows are
 * positions: of one sequence when a prompt is prefilled, of as many sequences when they decode.
 * Reference: {@code huggingface/transformers: src/transformers/models/llama/modeling_llama.py}.
 */
final class LlamaDecoder {
    /**
     * How rows attend, which is where prefill and decode differ.
     *
     * <p>Writes the rows' keys and values to the cache of a layer, and returns what their queries find there. Queries are [rows,
     * keyValueHeads, group, headSize] and scaled, keys and values [rows, keyValueHeads, headSize]; the result has the queries' shape or
     * one that flattens to it.
     */
    @FunctionalInterface
    interface AttentionOverCache {
        Operand<TFloat32> attend(
                int layer,
                Operand<TFloat32> queries,
                Operand<TFloat32> keys,
                Operand<TFloat32> values);
    }

    private final Ops tf;
    private final LlamaConfig config;
    private final Weights weights;
    private final EmbeddingMatrix embedding;
    private final Matrix head;
    private final Operand<TFloat32> cosTable;
    private final Operand<TFloat32> sinTable;

    LlamaDecoder(Ops tf, Weights weights, Variables variables, LlavaConfig llava, int positions) {
        this.tf = tf;
        this.config = llava.text();
        this.weights = weights.under("language_model.model.");
        int vocabulary = config.vocabularySize();
        int hidden = config.hiddenSize();
        this.embedding = this.weights.embedding("embed_tokens.weight", vocabulary, hidden);
        this.head =
                llava.tieWordEmbeddings()
                        ? embedding
                        : weights.matrix("language_model.lm_head.weight", vocabulary, hidden);
        float[] angles = RotaryEmbedding.angles(positions, config.headSize(), config.ropeBase());
        Shape table = Shape.of(positions, config.headSize() / 2);
        this.cosTable =
                variables
                        .declare(
                                "rotary.cos", table, values -> values.write(map(angles, Math::cos)))
                        .read(tf);
        this.sinTable =
                variables
                        .declare(
                                "rotary.sin", table, values -> values.write(map(angles, Math::sin)))
                        .read(tf);
    }

    /** Embeddings of {@code tokenIds} [rows]: [rows, hiddenSize]. */
    Operand<TFloat32> embed(Operand<TInt32> tokenIds) {
        return embedding.rows(tokenIds);
    }

    /**
     * All layers. Writes the rows' keys and values to the cache and returns the last hidden state,
     * before the final norm.
     *
     * @param x [rows, hiddenSize]
     * @param positions [rows]
     */
    Operand<TFloat32> layers(
            Operand<TFloat32> x, Operand<TInt32> positions, AttentionOverCache attention) {
        RotaryEmbedding rotary = RotaryEmbedding.at(tf, cosTable, sinTable, positions);
        for (int i = 0; i < config.layers(); i++) {
            Weights layer = weights.under("layers.%d.".formatted(i));
            Operand<TFloat32> normed = norm(layer, "input_layernorm", x);
            x =
                    tf.math.add(
                            x,
                            selfAttention(layer.under("self_attn."), i, normed, rotary, attention));
            x =
                    tf.math.add(
                            x,
                            mlp(layer.under("mlp."), norm(layer, "post_attention_layernorm", x)));
        }
        return x;
    }

    /** Final norm and output matrix: {@code x} [rows, hiddenSize] to [rows, vocabulary]. */
    Operand<TFloat32> logits(Operand<TFloat32> x) {
        return head.times(norm(weights, "norm", x));
    }

    private Operand<TFloat32> selfAttention(
            Weights weights,
            int layer,
            Operand<TFloat32> x,
            RotaryEmbedding rotary,
            AttentionOverCache attention) {
        int hidden = config.hiddenSize();
        int heads = config.heads();
        int keyValueHeads = config.keyValueHeads();
        int size = config.headSize();
        Operand<TFloat32> projected =
                weights.stacked(
                                Weights.Part.of("q_proj.weight", (long) heads * size, hidden),
                                Weights.Part.of(
                                        "k_proj.weight", (long) keyValueHeads * size, hidden),
                                Weights.Part.of(
                                        "v_proj.weight", (long) keyValueHeads * size, hidden))
                        .times(x);
        Operand<TFloat32> byHead =
                tf.reshape(projected, tf.constant(new int[] {-1, heads + 2 * keyValueHeads, size}));
        List<Output<TFloat32>> parts = split(byHead, heads + keyValueHeads, keyValueHeads);
        List<Output<TFloat32>> turned = split(rotary.apply(tf, parts.get(0)), heads, keyValueHeads);
        Operand<TFloat32> queries =
                tf.reshape(
                        tf.math.mul(turned.get(0), tf.constant((float) (1 / Math.sqrt(size)))),
                        tf.constant(new int[] {-1, keyValueHeads, heads / keyValueHeads, size}));
        // As many rows as x, also for the graph: whether a product has one decides its form.
        Operand<TFloat32> attended =
                tf.reshape(
                        attention.attend(layer, queries, turned.get(1), parts.get(1)),
                        tf.constant(new long[] {x.shape().get(0), (long) heads * size}));
        return weights.matrix("o_proj.weight", hidden, (long) heads * size).times(attended);
    }

    /** SwiGLU (arXiv 2002.05202): {@code down(silu(gate(x)) * up(x))}. */
    private Operand<TFloat32> mlp(Weights weights, Operand<TFloat32> x) {
        int hidden = config.hiddenSize();
        int wide = config.intermediateSize();
        Operand<TFloat32> gated =
                weights.stacked(
                                Weights.Part.of("gate_proj.weight", wide, hidden),
                                Weights.Part.of("up_proj.weight", wide, hidden))
                        .timesSwiGlu(x);
        return weights.matrix("down_proj.weight", hidden, wide).times(gated);
    }

    private Operand<TFloat32> norm(Weights weights, String name, Operand<TFloat32> x) {
        return rmsNorm(
                tf, x, weights.get(name + ".weight", config.hiddenSize()), config.normEpsilon());
    }

    /** Cuts {@code x} in two along dimension 1. */
    private List<Output<TFloat32>> split(Operand<TFloat32> x, int first, int second) {
        return tf.splitV(x, tf.constant(new int[] {first, second}), tf.constant(1), 2L).output();
    }

    private static float[] map(float[] angles, DoubleUnaryOperator function) {
        float[] values = new float[angles.length];
        for (int i = 0; i < angles.length; i++) {
            values[i] = (float) function.applyAsDouble(angles[i]);
        }
        return values;
    }
}
