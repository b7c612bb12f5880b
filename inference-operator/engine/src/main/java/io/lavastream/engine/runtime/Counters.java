package io.lavastream.engine.runtime;

import io.lavastream.engine.EngineMetrics;
import io.lavastream.engine.ErrorCode;
import io.lavastream.engine.cache.ReuseCounts;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Counts what the engine does. Any thread may count and read. */
final class Counters {
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicLong visionRuns = new AtomicLong();
    private final AtomicLong prefillTokens = new AtomicLong();
    private final AtomicLong decodeSteps = new AtomicLong();
    private final AtomicLong decodeTokens = new AtomicLong();
    private final AtomicLong completed = new AtomicLong();
    private final AtomicLong cancelled = new AtomicLong();
    private final AtomicLong expired = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicReference<ReuseCounts> reuse = new AtomicReference<>(ReuseCounts.NONE);

    /** Requests accepted whose outcome is not decided. */
    void accepted(int change) {
        accepted.addAndGet(change);
    }

    void running(int holdingSlots) {
        running.set(holdingSlots);
    }

    void visionRun() {
        visionRuns.incrementAndGet();
    }

    void prefilled(int tokens) {
        prefillTokens.addAndGet(tokens);
    }

    void decoded(int tokens) {
        decodeSteps.incrementAndGet();
        decodeTokens.addAndGet(tokens);
    }

    /** What was reused since the engine was opened. */
    void reused(ReuseCounts counts) {
        reuse.set(counts);
    }

    void completed() {
        completed.incrementAndGet();
    }

    void failed(ErrorCode code) {
        AtomicLong counter =
                switch (code) {
                    case CANCELLED -> cancelled;
                    case DEADLINE_EXCEEDED -> expired;
                    case OVERLOADED -> refused;
                    default -> failed;
                };
        counter.incrementAndGet();
    }

    EngineMetrics snapshot() {
        int holdingSlots = running.get();
        ReuseCounts reused = reuse.get();
        return new EngineMetrics(
                Math.max(0, accepted.get() - holdingSlots),
                holdingSlots,
                visionRuns.get(),
                prefillTokens.get(),
                decodeSteps.get(),
                decodeTokens.get(),
                reused.hits(),
                reused.reusedTokens(),
                reused.copies(),
                reused.evictions(),
                completed.get(),
                cancelled.get(),
                expired.get(),
                refused.get(),
                failed.get());
    }
}
