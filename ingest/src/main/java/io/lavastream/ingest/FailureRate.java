package io.lavastream.ingest;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;

/** Tells faults that pass from one that comes back: counts failures in a sliding window. Safe for many threads. */
final class FailureRate {
    private final int most;
    private final Duration window;
    private final InstantSource clock;
    private final Deque<Instant> recent = new ArrayDeque<>();

    /**
     * @param most failures that {@code window} may hold
     */
    FailureRate(int most, Duration window, InstantSource clock) {
        this.most = most;
        this.window = window;
        this.clock = clock;
    }

    /** Counts a failure that happens now; returns whether the window still holds no more than it may. */
    synchronized boolean countAndGoOn() {
        Instant now = clock.instant();
        recent.add(now);
        while (!recent.getFirst().isAfter(now.minus(window))) {
            recent.removeFirst();
        }
        return recent.size() <= most;
    }

    @Override
    public String toString() {
        return "more than %d failures in %d s".formatted(most, window.toSeconds());
    }
}
