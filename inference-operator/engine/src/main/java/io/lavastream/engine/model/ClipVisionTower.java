package io.lavastream.engine.model;

import io.lavastream.engine.checkpoint.ClipVisionConfig;
import io.lavastream.engine.checkpoint.LlavaConfig;
import io.lavastream.engine.checkpoint.LlavaConfig.FeatureSelection;
import io.lavastream.engine.model.layers.Activations;
import io.lavastream.engine.model.layers.Attention;
import io.lavastream.engine.model.layers.Linear;
import io.lavastream.engine.model.layers.Norm;
import io.lavastream.engine.model.layers.Surroundings;
import io.lavastream.kernels.Epilogue.Activation;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Unstack;
import org.tensorflow.types.TFloat32;

/**
 * CLIP's vision transformer (arXiv 2103.00020), up to the hidden state that LLaVA uses; the layers
 * above it are neither built nor loaded. Reference: {@code huggingface/transformers:
 * src/transformers/models/clip/modeling_clip.py}.
 */
final class ClipVisionTower {
    private static final int CHANNELS = 3;

    private final Ops tf;
    private final Weights weights;
    private final LlavaConfig llava;
    private final ClipVisionConfig config;

    ClipVisionTower(Ops tf, Weights weights, LlavaConfig config) {
        this.tf = tf;
        this.weights = weights.under("vision_tower.vision_model.");
        this.llava = config;
        this.config = config.vision();
    }

    /**
     * The hidden state of one image [3, imageSize, imageSize] before the first layer and after each
     * layer, [1 + patches, hiddenSize] each. Any of them may be fed, to go on from there: so nothing
     * may wait for one by a control edge, which would run what lies before it.
     */
    List<Operand<TFloat32>> states(Operand<TFloat32> pixels) {
        List<Operand<TFloat32>> states = new ArrayList<>();
        Operand<TFloat32> x = embeddings(weights.under("embeddings."), pixels);
        x = norm(weights, "pre_layrnorm").of(tf, x); // The misspelling is the checkpoint's own.
        states.add(x);
        for (int i = 0; i < llava.visionLayers(); i++) {
            x = layer(weights.under("encoder.layers.%d.".formatted(i)), x);
            states.add(x);
        }
        return states;
    }

    /** The features that LLaVA takes of the last state: [image tokens, hiddenSize]. */
    Operand<TFloat32> features(Operand<TFloat32> last) {
        return llava.features() == FeatureSelection.PATCHES ? withoutClassToken(last) : last;
    }

    /** Class token, then patches, with their positions: [1 + patches, hiddenSize]. */
    private Operand<TFloat32> embeddings(Weights weights, Operand<TFloat32> pixels) {
        int hidden = config.hiddenSize();
        int patch = config.patchSize();
        Operand<TFloat32> kernel =
                weights.get("patch_embedding.weight", hidden, CHANNELS, patch, patch);
        Operand<TFloat32> patches =
                Linear.linear(
                        tf,
                        patches(pixels),
                        tf.reshape(kernel, tf.constant(new int[] {hidden, -1})));
        Operand<TFloat32> classToken =
                tf.expandDims(weights.get("class_embedding", hidden), tf.constant(0));
        return tf.math.add(
                tf.concat(List.of(classToken, patches), tf.constant(0)),
                weights.get("position_embedding.weight", 1 + config.patches(), hidden));
    }

    /**
     * The image cut into patches, row by row: [patches, 3 * patchSize * patchSize]. A strided
     * convolution is a product of these.
     */
    private Operand<TFloat32> patches(Operand<TFloat32> pixels) {
        int grid = config.grid();
        int patch = config.patchSize();
        Operand<TFloat32> cut =
                tf.reshape(pixels, tf.constant(new int[] {CHANNELS, grid, patch, grid, patch}));
        Operand<TFloat32> byPatch =
                tf.linalg.transpose(cut, tf.constant(new int[] {1, 3, 0, 2, 4}));
        return tf.reshape(byPatch, tf.constant(new int[] {grid * grid, -1}));
    }

    private Operand<TFloat32> layer(Weights weights, Operand<TFloat32> x) {
        Operand<TFloat32> attended =
                selfAttention(weights.under("self_attn."), norm(weights, "layer_norm1"), x);
        return mlp(weights.under("mlp."), norm(weights, "layer_norm2"), attended);
    }

    private Operand<TFloat32> selfAttention(Weights weights, Norm norm, Operand<TFloat32> x) {
        int hidden = config.hiddenSize();
        Matrix projection =
                weights.stacked(
                        Weights.Part.of("q_proj.weight", hidden, hidden),
                        Weights.Part.of("k_proj.weight", hidden, hidden),
                        Weights.Part.of("v_proj.weight", hidden, hidden));
        Operand<TFloat32> bias =
                weights.joined(
                        Weights.Part.of("q_proj.bias", hidden),
                        Weights.Part.of("k_proj.bias", hidden),
                        Weights.Part.of("v_proj.bias", hidden));
        return projection.selfAttention(
                x,
                Surroundings.normed(norm).withBias(bias),
                config.heads(),
                projected -> tf.reshape(attended(projected), tf.constant(new int[] {-1, hidden})),
                weights.matrix("out_proj.weight", hidden, hidden),
                Surroundings.NONE.withBias(weights.get("out_proj.bias", hidden)).addedTo(x));
    }

    /**
     * What each row finds, [rows, heads, headSize] or what flattens to it.
     *
     * @param projected [rows, 3 * heads * headSize]: queries, keys, values
     */
    private Operand<TFloat32> attended(Operand<TFloat32> projected) {
        int head = config.headSize();
        Operand<TFloat32> byHead =
                tf.linalg.transpose(
                        tf.reshape(projected, tf.constant(new int[] {-1, 3, config.heads(), head})),
                        tf.constant(new int[] {1, 2, 0, 3}));
        List<Output<TFloat32>> qkv = tf.unstack(byHead, 3L, Unstack.axis(0L)).output();
        Operand<TFloat32> queries =
                tf.math.mul(qkv.get(0), tf.constant((float) (1 / Math.sqrt(head))));
        return tf.linalg.transpose(
                Attention.full(tf, queries, qkv.get(1), qkv.get(2)),
                tf.constant(new int[] {1, 0, 2}));
    }

    private Operand<TFloat32> mlp(Weights weights, Norm norm, Operand<TFloat32> x) {
        int hidden = config.hiddenSize();
        int wide = config.intermediateSize();
        Surroundings normed = Surroundings.normed(norm).withBias(weights.get("fc1.bias", wide));
        Surroundings added = Surroundings.NONE.withBias(weights.get("fc2.bias", hidden)).addedTo(x);
        Matrix first = weights.matrix("fc1.weight", wide, hidden);
        Matrix second = weights.matrix("fc2.weight", hidden, wide);
        return switch (config.activation()) {
            case QUICK_GELU ->
                    first.feedForward(x, normed.with(Activation.QUICK_GELU), second, added);
            case GELU -> second.times(Activations.gelu(tf, first.times(x, normed)), added);
        };
    }

    private Norm norm(Weights weights, String name) {
        int hidden = config.hiddenSize();
        return Norm.layer(
                weights.get(name + ".weight", hidden),
                weights.get(name + ".bias", hidden),
                config.normEpsilon());
    }

    private Operand<TFloat32> withoutClassToken(Operand<TFloat32> x) {
        return tf.slice(
                x,
                tf.constant(new int[] {1, 0}),
                tf.constant(new int[] {config.patches(), config.hiddenSize()}));
    }
}
