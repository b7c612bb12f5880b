package io.lavastream.standalone.cli;

import io.lavastream.engine.EngineConfig;
import java.time.Duration;
import picocli.CommandLine.Option;

/** How the engine shares its machine among requests. */
final class EngineOptions {
    @Option(
            names = "--slots",
            paramLabel = "N",
            description =
                    "Answers that are written at once. Default: on a CPU up to 8, as many as fit 2 GiB of cache; on a GPU up to"
                            + " 128, as many as its memory holds.")
    private Integer slots;

    @Option(
            names = "--slot-length",
            paramLabel = "POSITIONS",
            description =
                    "Longest prompt and answer together, in tokens; an image has 576 in LLaVA-1.5. Default: one image and 448,"
                            + " rounded up.")
    private Integer slotLength;

    @Option(
            names = "--long-slots",
            paramLabel = "N",
            description =
                    "Further slots, long enough for images of several tiles; --slots are then for images of one, and a request"
                            + " whose prompt leaves one of those room for 128 tokens ends where that is full. Default: none, all"
                            + " slots are long enough.")
    private Integer longSlots;

    @Option(
            names = "--reserved-slots",
            paramLabel = "N",
            description =
                    "Slots that only the first lane may take; beside --long-slots at least one of each length of which there are"
                            + " several. Default: 1 where there are several slots and lanes.")
    private Integer reservedSlots;

    @Option(
            names = "--stall-budget",
            paramLabel = "MILLIS",
            description =
                    "How long new requests may hold up an answer that is being written. Default: 300.")
    private Integer stallBudget;

    @Option(
            names = "--bulk-quantum",
            paramLabel = "MILLIS",
            description =
                    "How much of it requests of the lanes behind the first may take while an answer of the first is being"
                            + " written. Default: half.")
    private Integer bulkQuantum;

    /** {@code config} with what is asked for. */
    EngineConfig applyTo(EngineConfig config) {
        EngineConfig changed = config;
        if (slots != null) {
            changed = changed.withSlots(slots);
        }
        if (slotLength != null) {
            changed = changed.withSlotLength(slotLength);
        }
        if (longSlots != null) {
            changed = changed.withLongSlots(longSlots);
        }
        if (reservedSlots != null) {
            changed = changed.withReservedSlots(reservedSlots);
        }
        if (stallBudget != null) {
            changed = changed.withStallBudget(Duration.ofMillis(stallBudget));
        }
        return bulkQuantum == null
                ? changed
                : changed.withBulkQuantum(Duration.ofMillis(bulkQuantum));
    }
}
