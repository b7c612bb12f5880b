package io.lavastream.engine.checkpoint;

/**
 * What the language model is: a LLaMA decoder.
 *
 * @param vocabularySize rows of the embedding matrix, padding rows included
 * @param hiddenSize width between the layers
 * @param intermediateSize width inside the MLP
 * @param layers decoder layers
 * @param heads query heads
 * @param keyValueHeads heads of keys and values; each serves {@code heads / keyValueHeads} query
 *     heads
 * @param headSize width of one head
 * @param maxPositions positions the model was made for
 * @param normEpsilon added to the mean square in RMSNorm
 * @param ropeBase base of the rotary frequencies
 */
public record LlamaConfig(
        int vocabularySize,
        int hiddenSize,
        int intermediateSize,
        int layers,
        int heads,
        int keyValueHeads,
        int headSize,
        int maxPositions,
        float normEpsilon,
        double ropeBase) {
    /** The same with another number of layers. */
    public LlamaConfig withLayers(int count) {
        return new LlamaConfig(
                vocabularySize,
                hiddenSize,
                intermediateSize,
                count,
                heads,
                keyValueHeads,
                headSize,
                maxPositions,
                normEpsilon,
                ropeBase);
    }
}
