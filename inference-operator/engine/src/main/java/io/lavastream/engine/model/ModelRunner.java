package io.lavastream.engine.model;

import io.lavastream.engine.image.PixelValues;

/**
 * What the engine loop asks of a model: three signatures over the same weights and KV cache.
 *
 * <p>The cache has {@link #slots()} slots of {@link #slotLength()} positions. The caller decides which sequence is in
 * which slot; the model only writes and attends. Not thread-safe: one thread owns it and makes every call.
 */
public interface ModelRunner extends AutoCloseable {
    /** Sequences that can hold a place in the cache at once. */
    int slots();

    /** Usable positions of one slot: prompt and answer together. */
    int slotLength();

    /** Logits of a step, and rows of the embedding matrix. */
    int vocabularySize();

    /** Feature rows that {@link #encodeImage} makes of one image, or of one tile of an image. */
    int imageTokens();

    /** Longest {@link PromptChunk} that {@link #prefill} takes. */
    int maxChunk();

    /**
     * The row after each row of a tiled image, [hidden size]; empty where the model has none. Not to be
     * changed.
     */
    float[] rowEnd();

    /** Vision tower and projector: [{@link #imageTokens()}, hidden size] flattened. */
    float[] encodeImage(PixelValues image);

    /**
     * Writes positions {@code start} to {@code start + chunk.length()} of {@code slot}, attending to all that the slot
     * holds before {@code start}.
     *
     * @return the logits that follow the chunk's last position, [vocabulary], raw: those of ids that are never
     *     produced included
     */
    float[] prefill(int slot, int start, PromptChunk chunk);

    /** One step of every sequence in {@code batch}. */
    StepOutput decode(DecodeBatch batch);

    /** Frees weights, cache and session. */
    @Override
    void close();
}
