package io.lavastream.engine.model;

/**
 * How a model is run. Checked on construction.
 *
 * @param slots sequences that can hold a place in the KV cache at once
 * @param slotLength positions of one slot: prompt and answer together
 * @param maxChunk longest piece of a prompt that one prefill takes, in positions
 * @param positionsPerChunk granularity at which attention follows a sequence's length
 * @param threads of one TensorFlow operation
 */
public record ModelSettings(
        int slots, int slotLength, int maxChunk, int positionsPerChunk, int threads) {
    /** Attention reads at most this many positions more than a sequence has. */
    public static final int DEFAULT_POSITIONS_PER_CHUNK = 64;

    public ModelSettings {
        require(slots >= 1 && slots <= 256, "slots", slots, "1 to 256");
        require(slotLength >= 2, "slot-length", slotLength, ">= 2");
        require(
                maxChunk >= 1 && maxChunk <= slotLength,
                "max-chunk",
                maxChunk,
                "1 to slot-length " + slotLength);
        require(positionsPerChunk >= 1, "positions-per-chunk", positionsPerChunk, ">= 1");
        require(threads >= 1, "threads", threads, ">= 1");
    }

    /** {@code slots} of {@code slotLength} positions; a prompt in one piece, and every core. */
    public static ModelSettings of(int slots, int slotLength) {
        return new ModelSettings(
                slots,
                slotLength,
                slotLength,
                DEFAULT_POSITIONS_PER_CHUNK,
                Runtime.getRuntime().availableProcessors());
    }

    public ModelSettings withMaxChunk(int positions) {
        return new ModelSettings(slots, slotLength, positions, positionsPerChunk, threads);
    }

    public ModelSettings withThreads(int count) {
        return new ModelSettings(slots, slotLength, maxChunk, positionsPerChunk, count);
    }

    private static void require(boolean holds, String setting, int found, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "%s: %d (expected: %s)".formatted(setting, found, expected));
        }
    }
}
