package io.lavastream.loadtests.soak;

import io.lavastream.engine.EngineException;
import io.lavastream.engine.GenerationResult;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

/** How requests ended, by kind. Safe for use by several threads. */
final class Outcomes {
    private final Map<String, Long> byKind = new TreeMap<>();
    private final AtomicInteger inFlight = new AtomicInteger();
    private long submitted;

    synchronized void submitted() {
        submitted++;
        inFlight.incrementAndGet();
    }

    /** The one outcome of a request: one of the two is null. */
    synchronized void ended(GenerationResult result, Throwable failure) {
        inFlight.decrementAndGet();
        byKind.merge(result == null ? kind(failure) : "ANSWERED", 1L, Long::sum);
        notifyAll();
    }

    int inFlight() {
        return inFlight.get();
    }

    /** Waits until fewer than {@code limit} are in flight, or {@code millis} have passed. */
    synchronized void awaitFewerThan(int limit, long millis) throws InterruptedException {
        if (inFlight.get() >= limit) {
            wait(millis);
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
