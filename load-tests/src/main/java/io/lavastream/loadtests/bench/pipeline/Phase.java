package io.lavastream.loadtests.bench.pipeline;

import io.lavastream.loadtests.Waiting;
import io.lavastream.loadtests.bench.Samples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Questions that are counted together, and what came of them. Safe for use by several threads. */
final class Phase {
    private final String name;

    // Guarded by this.
    private final Map<Integer, Long> openSinceNanos = new HashMap<>();
    private final List<Long> answeredNanos = new ArrayList<>();
    private final Samples latencies = new Samples();
    private final Samples failureLatencies = new Samples();
    private final Map<String, Integer> failures = new HashMap<>();
    private int asked;
    private int repeated;

    Phase(String name) {
        this.name = name;
    }

    /** The id of question {@code number}. */
    String id(int number) {
        return "%s-%07d".formatted(name, number);
    }

    /** The phase's name in a question's id. */
    static String nameIn(String id) {
        return id.substring(0, Math.max(0, id.lastIndexOf('-')));
    }

    /** @param intendedNanos when it was to be sent: a sender that is late does not shorten its wait */
    synchronized void asked(int number, long intendedNanos) {
        openSinceNanos.put(number, intendedNanos);
        asked++;
    }

    /** @param failure its code; null for an answer */
    synchronized void seen(String id, String failure, long nowNanos) {
        int number = Integer.parseInt(id.substring(id.lastIndexOf('-') + 1));
        Long since = openSinceNanos.remove(number);
        if (since == null) {
            repeated++;
        } else if (failure == null) {
            answeredNanos.add(nowNanos);
            latencies.add((nowNanos - since) / 1e6);
        } else {
            failureLatencies.add((nowNanos - since) / 1e6);
            failures.merge(failure, 1, Integer::sum);
        }
        notifyAll();
    }

    synchronized int asked() {
        return asked;
    }

    /** Asked and without an outcome. */
    synchronized int open() {
        return openSinceNanos.size();
    }

    synchronized int answered() {
        return answeredNanos.size();
    }

    /** Outcomes beyond a question's first. */
    synchronized int repeated() {
        return repeated;
    }

    /** How many failed, by code. */
    synchronized Map<String, Integer> failures() {
        return Map.copyOf(failures);
    }

    /** Answers that came from {@code fromNanos} on, before {@code toNanos}. */
    synchronized int answeredBetween(long fromNanos, long toNanos) {
        return (int)
                answeredNanos.stream()
                        .filter(at -> at - fromNanos >= 0 && at - toNanos < 0)
                        .count();
    }

    /** Milliseconds that {@code percent} of the answers did not exceed. */
    synchronized double latency(double percent) {
        return latencies.percentile(percent);
    }

    /** The same of the failures. */
    synchronized double failureLatency(double percent) {
        return failureLatencies.percentile(percent);
    }

    /** Waits until no more than {@code most} are without an outcome; false when they are more after {@code limit}. */
    boolean awaitOpenAtMost(int most, Duration limit) throws InterruptedException {
        return await(() -> openSinceNanos.size() <= most, limit);
    }

    /** Waits for the first answer; false when there is none after {@code limit}. */
    boolean awaitAnswer(Duration limit) throws InterruptedException {
        return await(() -> !answeredNanos.isEmpty(), limit);
    }

    private synchronized boolean await(BooleanSupplier condition, Duration limit)
            throws InterruptedException {
        return Waiting.on(this, condition, limit);
    }
}
