package io.lavastream.engine.runtime;

import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.checkpoint.LlamaConfig;
import io.lavastream.engine.checkpoint.LlavaConfig;
import io.lavastream.engine.model.ModelSettings;

/** How many sequences run at once and how long they may be, where the configuration leaves it to the model. */
final class SlotPlan {
    /** Room for a question, a short history and an answer beside one image: LLaVA-1.5 then has slots of 1 024. */
    private static final int TEXT_POSITIONS = 448;

    private static final int MAX_DEFAULT_SLOTS = 8;

    /** A cache that any machine that holds the model can spare: 8 slots of small models, 2 of LLaVA-1.5 7B. */
    private static final long DEFAULT_CACHE_BYTES = 2L << 30;

    /** Longest piece of a prompt: short enough that running answers go on, long enough for full speed. */
    private static final int MAX_CHUNK = 256;

    private SlotPlan() {}

    /**
     * @param imageRows positions that an image takes at most
     * @throws IllegalArgumentException if a setting does not fit the model or the other settings
     */
    static ModelSettings of(EngineConfig config, LlavaConfig model, int imageRows) {
        int slotLength = config.slotLength().orElseGet(() -> defaultSlotLength(model, imageRows));
        int slots = config.slots().orElseGet(() -> defaultSlots(config, model, slotLength));
        return ModelSettings.of(slots, slotLength)
                .withMaxChunk(Math.min(MAX_CHUNK, slotLength))
                .withThreads(config.threads());
    }

    /** Rounded up to what the cache is cut into: positions of a chunk that are not used cost the same. */
    private static int defaultSlotLength(LlavaConfig model, int imageRows) {
        int chunk = ModelSettings.DEFAULT_POSITIONS_PER_CHUNK;
        int chunks = (imageRows + TEXT_POSITIONS + chunk - 1) / chunk;
        return Math.min(chunks * chunk, model.text().maxPositions());
    }

    /** At least one more than are reserved: the reservation is what the configuration does say. */
    private static int defaultSlots(EngineConfig config, LlavaConfig model, int slotLength) {
        long fit = DEFAULT_CACHE_BYTES / (slotLength * bytesPerPosition(model.text()));
        return (int)
                Math.max(config.reservedSlots().orElse(0) + 1L, Math.min(MAX_DEFAULT_SLOTS, fit));
    }

    /** A key and a value in float32, a layer and head. */
    static long bytesPerPosition(LlamaConfig text) {
        return 2L * Float.BYTES * text.layers() * text.keyValueHeads() * text.headSize();
    }
}
