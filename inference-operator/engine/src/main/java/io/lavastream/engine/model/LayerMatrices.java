package io.lavastream.engine.model;

import io.lavastream.engine.model.custom.LayerOps;
import io.lavastream.engine.model.layers.Norm;
import io.lavastream.kernels.Epilogue.Activation;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * The matrices of a decoder's layer.
 *
 * @param projection to queries, keys and values
 * @param output of what queries find
 * @param wide of gate and what it gates
 * @param narrow of what SwiGLU makes of them
 */
record LayerMatrices(Matrix projection, Matrix output, Matrix wide, Matrix narrow) {
    /**
     * A layer of a decode step as one operation, where all of the matrices can.
     *
     * @param norm before attention
     * @param secondNorm before the feed-forward network
     */
    Optional<Operand<TFloat32>> step(
            Operand<TFloat32> x, LayerOps.Step step, Norm norm, Norm secondNorm) {
        if (projection instanceof Matrix.ForVectors first
                && output instanceof Matrix.ForVectors second
                && wide instanceof Matrix.ForVectors third
                && narrow instanceof Matrix.ForVectors fourth
                && third.takes(Activation.SWI_GLU)) {
            LayerOps.Weights weights =
                    new LayerOps.Weights(
                            norm,
                            first.weights(),
                            second.weights(),
                            secondNorm,
                            third.weights(),
                            fourth.weights());
            return Optional.of(
                    fourth.shaped(
                            x,
                            LayerOps.decoderLayer(first.tf(), x, step, weights, first.threads()),
                            fourth.columns()));
        }
        return Optional.empty();
    }
}
