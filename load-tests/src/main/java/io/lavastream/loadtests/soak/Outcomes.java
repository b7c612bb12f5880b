package io.lavastream.loadtests.soak;

import io.lavastream.engine.EngineException;
import io.lavastream.engine.Generation;
import io.lavastream.engine.GenerationResult;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** How requests ended, by kind. Safe for use by several threads. */
final class Outcomes {
    private final Map<String, Long> byKind = new TreeMap<>();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final Semaphore anOutcome = new Semaphore(0);
    private long submitted;

    /** Counts a request that was submitted, and later its outcome; then runs {@code after}. */
    @SuppressWarnings("FutureReturnValueIgnored") // What does not come is counted as open.
    void watch(Generation generation, Runnable after) {
        submitted();
        generation
                .result()
                .whenComplete(
                        (result, failure) -> {
                            ended(result, failure);
                            after.run();
                        });
    }

    private synchronized void submitted() {
        submitted++;
        inFlight.incrementAndGet();
    }

    /** The one outcome of a request: one of the two is null. */
    private synchronized void ended(GenerationResult result, Throwable failure) {
        inFlight.decrementAndGet();
        byKind.merge(result == null ? kind(failure) : "ANSWERED", 1L, Long::sum);
        anOutcome.release();
    }

    int inFlight() {
        return inFlight.get();
    }

    /** Where {@code limit} or more are in flight, waits for the next outcome, or until {@code millis} have passed. */
    void awaitFewerThan(int limit, long millis) throws InterruptedException {
        if (inFlight.get() >= limit && anOutcome.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
            anOutcome.drainPermits();
        }
    }

    synchronized long count() {
        return submitted;
    }

    /** Requests without an outcome. */
    synchronized long open() {
        return submitted - byKind.values().stream().mapToLong(Long::longValue).sum();
    }

    synchronized Map<String, Long> byKind() {
        return new TreeMap<>(byKind);
    }

    private static String kind(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof EngineException known ? known.code().name() : cause.toString();
    }
}
