package io.lavastream.engine.scheduler;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Collections;
import java.util.List;

/**
 * What the scheduler may hand out. Checked on construction.
 *
 * @param slotLengths positions of each slot of the KV cache
 * @param reservedSlots slots that only the first lane may take; unless it is 0, at least one of each length of which there are
 *     several
 * @param times of pieces of prompt work
 * @param stallBudget prompt work that may stand between two decode steps
 * @param bulkQuantum of it the share of the lanes behind the first, while a sequence of the first runs
 */
public record SchedulerSettings(
        List<Integer> slotLengths,
        int reservedSlots,
        PieceTimes times,
        Duration stallBudget,
        Duration bulkQuantum) {
    public SchedulerSettings {
        slotLengths = List.copyOf(slotLengths);
        require(!slotLengths.isEmpty(), "slots", slotLengths.size(), ">= 1");
        require(
                reservedSlots >= 0 && reservedSlots < slotLengths.size(),
                "reserved-slots",
                reservedSlots,
                "0 to " + (slotLengths.size() - 1) + ", one less than slots");
        requireNonNull(times, "times");
        require(!stallBudget.isNegative(), "stall-budget", stallBudget, ">= 0");
        require(!bulkQuantum.isNegative(), "bulk-quantum", bulkQuantum, ">= 0");
    }

    int slots() {
        return slotLengths.size();
    }

    /** The longest that prompt work stands between two decode steps: the stall, or a prefill at the end of the longest slot. */
    public Duration longestStall() {
        int end = Collections.max(slotLengths);
        return longer(
                stall(), Duration.ofNanos(times.smallest(end, stall().toNanos()).nanosBehind(end)));
    }

    /** What prompt work between two decode steps shall take at most: as asked for, or one smallest piece where that takes longer. */
    Duration stall() {
        return longer(stallBudget, times.smallestPiece());
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static void require(boolean holds, String setting, Object found, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "%s: %s (expected: %s)".formatted(setting, found, expected));
        }
    }
}
