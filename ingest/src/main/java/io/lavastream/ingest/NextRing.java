package io.lavastream.ingest;

import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/** When a stream thread has to look at the clock next. Each thread has its own, as a task's alarms are set by the thread that runs it. */
final class NextRing {
    private static final ThreadLocal<NextRing> OF_THREAD = ThreadLocal.withInitial(NextRing::new);

    private boolean rung;
    private final Map<Alarm, Long> rings = new HashMap<>();

    static NextRing ofThread() {
        return OF_THREAD.get();
    }

    void set(Alarm alarm, long atMillis) {
        rings.put(alarm, atMillis);
    }

    void clear(Alarm alarm) {
        rings.remove(alarm);
    }

    /** Tells that an alarm has rung: what its owner did may have to be committed. */
    void rang() {
        rung = true;
    }

    /** Whether one has rung since the last call. */
    boolean takeRung() {
        boolean taken = rung;
        rung = false;
        return taken;
    }

    /** How long it is from {@code nowMillis} until the next alarm rings, at most {@code longest}; zero where it should have rung. */
    Duration within(Duration longest, long nowMillis) {
        if (rings.isEmpty()) {
            return longest;
        }
        long left = Collections.min(rings.values()) - nowMillis;
        return Duration.ofMillis(Math.max(0, Math.min(longest.toMillis(), left)));
    }
}
