package io.lavastream.engine.model;

import io.lavastream.engine.checkpoint.LlamaConfig;
import io.lavastream.engine.checkpoint.LlavaConfig;
import io.lavastream.engine.model.custom.LayerOps;
import io.lavastream.engine.model.layers.Norm;
import io.lavastream.engine.model.layers.RotaryEmbedding;
import io.lavastream.engine.model.layers.Surroundings;
import io.lavastream.kernels.Epilogue.Activation;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import org.tensorflow.Operand;
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
     * <p>Writes the rows' keys and values to the cache of a layer, and returns what their queries find there: [rows, heads, headSize]
     * or what flattens to it.
     */
    @FunctionalInterface
    interface AttentionOverCache {
        Operand<TFloat32> attend(int layer, ProjectedRows rows);

        /** Where the rows of a decode step attend, if a layer can be one operation of the JVM's vectors. */
        default Optional<LayerOps.Step> step(int layer, RotaryEmbedding rotary) {
            return Optional.empty();
        }
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
            x = layer(weights.under("layers.%d.".formatted(i)), i, x, rotary, attention);
        }
        return x;
    }

    /** Final norm and output matrix: {@code x} [rows, hiddenSize] to [rows, vocabulary]. */
    Operand<TFloat32> logits(Operand<TFloat32> x) {
        return head.times(x, Surroundings.normed(norm(weights, "norm")));
    }

    private Operand<TFloat32> layer(
            Weights weights,
            int index,
            Operand<TFloat32> x,
            RotaryEmbedding rotary,
            AttentionOverCache attention) {
        LayerMatrices matrices = matrices(weights);
        Norm first = norm(weights, "input_layernorm");
        Norm second = norm(weights, "post_attention_layernorm");
        return attention
                .step(index, rotary)
                .flatMap(step -> matrices.step(x, step, first, second))
                .orElseGet(
                        () ->
                                mlp(
                                        matrices,
                                        second,
                                        selfAttention(
                                                matrices, index, first, x, rotary, attention)));
    }

    private LayerMatrices matrices(Weights layer) {
        long hidden = config.hiddenSize();
        long wide = config.intermediateSize();
        long queries = (long) config.heads() * config.headSize();
        long keys = (long) config.keyValueHeads() * config.headSize();
        Weights attention = layer.under("self_attn.");
        Weights mlp = layer.under("mlp.");
        return new LayerMatrices(
                attention.stacked(
                        Weights.Part.of("q_proj.weight", queries, hidden),
                        Weights.Part.of("k_proj.weight", keys, hidden),
                        Weights.Part.of("v_proj.weight", keys, hidden)),
                attention.matrix("o_proj.weight", hidden, queries),
                mlp.stacked(
                        Weights.Part.of("gate_proj.weight", wide, hidden),
                        Weights.Part.of("up_proj.weight", wide, hidden)),
                mlp.matrix("down_proj.weight", hidden, wide));
    }

    private Operand<TFloat32> selfAttention(
            LayerMatrices matrices,
            int layer,
            Norm norm,
            Operand<TFloat32> x,
            RotaryEmbedding rotary,
            AttentionOverCache attention) {
        Operand<TFloat32> projected = matrices.projection().times(x, Surroundings.normed(norm));
        long queries = (long) config.heads() * config.headSize();
        // As many rows as x, also for the graph: whether a product has one decides its form.
        Operand<TFloat32> attended =
                tf.reshape(
                        attention.attend(layer, new ProjectedRows(tf, projected, rotary, config)),
                        tf.constant(new long[] {x.shape().get(0), queries}));
        return matrices.output().times(attended, Surroundings.NONE.addedTo(x));
    }

    /** SwiGLU (arXiv 2002.05202): {@code x + down(silu(gate(norm(x))) * up(norm(x)))}. */
    private Operand<TFloat32> mlp(LayerMatrices matrices, Norm norm, Operand<TFloat32> x) {
        return matrices.wide()
                .feedForward(
                        x,
                        Surroundings.normed(norm).with(Activation.SWI_GLU),
                        matrices.narrow(),
                        Surroundings.NONE.addedTo(x));
    }

    private Norm norm(Weights weights, String name) {
        return Norm.rootMeanSquare(
                weights.get(name + ".weight", config.hiddenSize()), config.normEpsilon());
    }

    private static float[] map(float[] angles, DoubleUnaryOperator function) {
        float[] values = new float[angles.length];
        for (int i = 0; i < angles.length; i++) {
            values[i] = (float) function.applyAsDouble(angles[i]);
        }
        return values;
    }
}
