package io.lavastream.engine.scheduler;

/**
 * What the scheduler may hand out. Checked on construction.
 *
 * @param slots places in the KV cache
 * @param reservedSlots slots that only the first lane may take
 * @param maxChunk longest piece of a prompt that one prefill takes, in positions
 */
public record SchedulerSettings(int slots, int reservedSlots, int maxChunk) {
    public SchedulerSettings {
        require(slots >= 1, "slots", slots, ">= 1");
        require(
                reservedSlots >= 0 && reservedSlots < slots,
                "reserved-slots",
                reservedSlots,
                "0 to " + (slots - 1) + ", one less than slots");
        require(maxChunk >= 1, "max-chunk", maxChunk, ">= 1");
    }

    private static void require(boolean holds, String setting, int found, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "%s: %d (expected: %s)".formatted(setting, found, expected));
        }
    }
}
