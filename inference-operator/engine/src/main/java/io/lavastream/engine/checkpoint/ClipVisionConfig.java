package io.lavastream.engine.checkpoint;

/**
 * What the vision tower is: a CLIP vision transformer.
 *
 * @param hiddenSize width between the layers
 * @param intermediateSize width inside the MLP
 * @param layers encoder layers in the checkpoint
 * @param heads attention heads
 * @param imageSize side of the input image in pixels
 * @param patchSize side of a patch in pixels
 * @param activation of the MLP
 * @param normEpsilon added to the variance in LayerNorm
 */
public record ClipVisionConfig(
        int hiddenSize,
        int intermediateSize,
        int layers,
        int heads,
        int imageSize,
        int patchSize,
        Activation activation,
        float normEpsilon) {
    /** Non-linearity of the vision MLP. */
    public enum Activation {
        /** {@code x * sigmoid(1.702 x)}. */
        QUICK_GELU,
        /** The exact form, {@code x * (1 + erf(x / sqrt 2)) / 2}. */
        GELU
    }

    /** Patches along one side. */
    public int grid() {
        return imageSize / patchSize;
    }

    public int patches() {
        return grid() * grid();
    }

    /**
     * Layers to run for hidden state {@code state}: state 0 enters the first layer, state i leaves
     * layer i, and a negative one counts from the last.
     */
    int layersBelow(int state) {
        return state < 0 ? layers + 1 + state : state;
    }

    public int headSize() {
        return hiddenSize / heads;
    }
}
