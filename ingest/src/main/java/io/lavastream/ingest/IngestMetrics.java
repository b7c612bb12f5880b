package io.lavastream.ingest;

import io.lavastream.schemas.FailureCode;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counters of one lane since its start; safe for many threads. They count what was processed: work that is done again
 * after an aborted transaction counts again.
 */
public final class IngestMetrics {
    private final LongAdder admitted = new LongAdder();
    private final LongAdder duplicates = new LongAdder();
    private final LongAdder replays = new LongAdder();
    private final LongAdder dispatched = new LongAdder();
    private final LongAdder answered = new LongAdder();
    private final LongAdder lateOutcomes = new LongAdder();
    private final LongAdder unknownOutcomes = new LongAdder();
    private final LongAdder deadLetters = new LongAdder();
    private final Map<FailureCode, LongAdder> failed = new EnumMap<>(FailureCode.class);

    public IngestMetrics() {
        for (FailureCode code : FailureCode.values()) {
            failed.put(code, new LongAdder());
        }
    }

    /**
     * The counters at one moment.
     *
     * @param admitted questions that became open requests
     * @param duplicates repetitions of the same content, dropped
     * @param replays the same record again
     * @param dispatched requests given to the job
     * @param answered requests closed with an answer
     * @param failed failures by code; only codes that occurred
     * @param lateOutcomes outcomes of closed requests, dropped
     * @param unknownOutcomes outcomes of requests that the gate does not know, dropped
     * @param deadLetters records sent to the dead-letter topic
     */
    public record Snapshot(
            long admitted,
            long duplicates,
            long replays,
            long dispatched,
            long answered,
            Map<FailureCode, Long> failed,
            long lateOutcomes,
            long unknownOutcomes,
            long deadLetters) {
        public Snapshot {
            failed = Map.copyOf(failed);
        }
    }

    /** Reads all counters; not atomic over them. */
    public Snapshot snapshot() {
        Map<FailureCode, Long> failures = new EnumMap<>(FailureCode.class);
        failed.forEach(
                (code, count) -> {
                    if (count.sum() > 0) {
                        failures.put(code, count.sum());
                    }
                });
        return new Snapshot(
                admitted.sum(),
                duplicates.sum(),
                replays.sum(),
                dispatched.sum(),
                answered.sum(),
                Collections.unmodifiableMap(failures),
                lateOutcomes.sum(),
                unknownOutcomes.sum(),
                deadLetters.sum());
    }

    void admitted() {
        admitted.increment();
    }

    void duplicate() {
        duplicates.increment();
    }

    void replay() {
        replays.increment();
    }

    void dispatched() {
        dispatched.increment();
    }

    void answered() {
        answered.increment();
    }

    void failed(FailureCode code) {
        failed.get(code).increment();
    }

    void lateOutcome() {
        lateOutcomes.increment();
    }

    void unknownOutcome() {
        unknownOutcomes.increment();
    }

    void deadLetter() {
        deadLetters.increment();
    }
}
