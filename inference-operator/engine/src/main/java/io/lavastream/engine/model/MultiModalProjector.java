package io.lavastream.engine.model;

import io.lavastream.engine.checkpoint.LlavaConfig;
import io.lavastream.engine.checkpoint.LlavaConfig.Projector;
import io.lavastream.engine.model.layers.Activations;
import io.lavastream.engine.model.layers.Surroundings;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** From vision features to the language model's embeddings (arXiv 2310.03744, section 3.2). */
final class MultiModalProjector {
    private final Ops tf;
    private final Weights weights;
    private final LlavaConfig config;

    MultiModalProjector(Ops tf, Weights weights, LlavaConfig config) {
        this.tf = tf;
        this.weights = weights.under("multi_modal_projector.");
        this.config = config;
    }

    /** {@code features} [rows, vision width] as [rows, language width]. */
    Operand<TFloat32> project(Operand<TFloat32> features) {
        int vision = config.vision().hiddenSize();
        int text = config.text().hiddenSize();
        Operand<TFloat32> x = layer("linear_1", features, vision, text);
        return config.projector() == Projector.LINEAR
                ? x
                : layer("linear_2", Activations.gelu(tf, x), text, text);
    }

    private Operand<TFloat32> layer(String name, Operand<TFloat32> x, int in, int out) {
        return weights.matrix(name + ".weight", out, in)
                .times(x, Surroundings.NONE.withBias(weights.get(name + ".bias", out)));
    }
}
