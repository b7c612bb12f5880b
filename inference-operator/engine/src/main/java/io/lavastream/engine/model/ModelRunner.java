package io.lavastream.engine.model;

import io.lavastream.engine.image.PixelValues;
import java.util.Collections;
import java.util.List;

/**
 * What the engine loop asks of a model: a few signatures over the same weights and KV cache.
 *
 * <p>The cache has {@link #slots()} slots of {@link #slotLength()} positions. The caller decides which sequence is in
 * which slot; the model only writes and attends. Not thread-safe: one thread owns it and makes every call.
 */
public interface ModelRunner extends AutoCloseable {
    /** Sequences that can hold a place in the cache at once. */
    int slots();

    /** Usable positions of the longest slot: prompt and answer together. */
    int slotLength();

    /** Usable positions of each slot. */
    default List<Integer> slotLengths() {
        return Collections.nCopies(slots(), slotLength());
    }

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

    /** Runs that vision tower and projector are cut into. */
    int visionStages();

    /**
     * One stage of an image, or of one tile of an image.
     *
     * @param input [3, side, side] pixels for stage 0, else what the stage before returned; flattened
     * @return what the next stage takes; of the last stage, [{@link #imageTokens()}, hidden size] flattened
     */
    float[] encode(int stage, float[] input);

    /** All stages, one after the other: [{@link #imageTokens()}, hidden size] flattened. */
    default float[] encodeImage(PixelValues image) {
        float[] values = image.values();
        for (int stage = 0; stage < visionStages(); stage++) {
            values = encode(stage, values);
        }
        return values;
    }

    /**
     * Copies keys and values of positions {@code start} to {@code end} from one slot to another. May copy some more on
     * either side; so {@code toSlot} must hold the same before {@code start}, and nothing of worth from {@code end} on.
     */
    void copyPrefix(int fromSlot, int toSlot, int start, int end);

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
