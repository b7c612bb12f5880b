package io.lavastream.engine.runtime;

import io.lavastream.engine.GenerationResult.Timings;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Where a request's time goes, from its submission to its end without a gap. Each stage lasts until the next begins, so that
 * what it waited for others in between is part of it. Used by one thread at a time.
 */
final class Stopwatch {
    /** Stages of {@link Timings}, in order. */
    enum Stage {
        QUEUE,
        VISION,
        PREFILL,
        DECODE
    }

    private final LongSupplier nanoTime;
    private final Map<Stage, Duration> durations = new EnumMap<>(Stage.class);
    private Stage stage = Stage.QUEUE;
    private long since;

    /** Starts with the queue. */
    Stopwatch(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.since = nanoTime.getAsLong();
    }

    /** Ends the stage under way where {@code next} is a later one. */
    void enter(Stage next) {
        if (next.compareTo(stage) > 0) {
            close();
            stage = next;
        }
    }

    /** Times up to now; the stage under way included. */
    Timings timings() {
        close();
        return new Timings(
                duration(Stage.QUEUE),
                duration(Stage.VISION),
                duration(Stage.PREFILL),
                duration(Stage.DECODE));
    }

    private void close() {
        long now = nanoTime.getAsLong();
        durations.merge(stage, Duration.ofNanos(now - since), Duration::plus);
        since = now;
    }

    private Duration duration(Stage of) {
        return durations.getOrDefault(of, Duration.ZERO);
    }
}
