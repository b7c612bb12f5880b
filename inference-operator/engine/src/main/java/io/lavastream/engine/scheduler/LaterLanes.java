package io.lavastream.engine.scheduler;

import java.util.HashMap;
import java.util.Map;

/**
 * The slots that the lanes behind the first hold, and whether they may take more. The others are kept for the first lane: as many
 * as are reserved, and where any are, at least one of each length of which there are several. Not thread-safe.
 */
final class LaterLanes {
    private final int most;
    private final Map<Integer, Integer> mostOfLength = new HashMap<>();
    private final Map<Integer, Integer> heldOfLength = new HashMap<>();
    private int held;

    LaterLanes(SchedulerSettings settings) {
        most = settings.slots() - settings.reservedSlots();
        settings.slotLengths().forEach(length -> mostOfLength.merge(length, 1, Integer::sum));
        if (settings.reservedSlots() > 0) {
            mostOfLength.replaceAll((length, slots) -> Math.max(1, slots - 1));
        }
    }

    /**
     * Whether one of them may take a slot of {@code length}.
     *
     * @param promised slots that another of them is to get
     */
    boolean mayTake(int length, int promised) {
        return held + promised < most
                && heldOfLength.getOrDefault(length, 0) < mostOfLength.get(length);
    }

    void took(int length) {
        change(length, 1);
    }

    void left(int length) {
        change(length, -1);
    }

    private void change(int length, int slots) {
        heldOfLength.merge(length, slots, Integer::sum);
        held += slots;
    }
}
