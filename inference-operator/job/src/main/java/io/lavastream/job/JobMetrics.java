package io.lavastream.job;

import io.lavastream.schemas.FailureCode;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.ThreadSafeSimpleCounter;

/** What one subtask of a lane counts, under {@code lavastream.lane.<lane>}. Safe for use by several threads. */
final class JobMetrics {
    private final MetricGroup group;
    private final Counter answered;
    private final Counter skipped;
    private final Counter expiredBeforeFetch;
    private final Map<FailureCode, Counter> failed = new EnumMap<>(FailureCode.class);

    JobMetrics(MetricGroup parent, String lane) {
        group = parent.addGroup("lavastream").addGroup("lane", lane);
        answered = group.counter("answered", new ThreadSafeSimpleCounter());
        skipped = group.counter("skipped", new ThreadSafeSimpleCounter());
        expiredBeforeFetch = group.counter("expiredBeforeFetch", new ThreadSafeSimpleCounter());
        for (FailureCode code : FailureCode.values()) {
            failed.put(
                    code,
                    group.addGroup("code", code.name())
                            .counter("failed", new ThreadSafeSimpleCounter()));
        }
    }

    /** Publishes the number of requests in progress. */
    void watchInFlight(Supplier<Integer> inFlight) {
        group.gauge("inFlight", inFlight::get);
    }

    Counter answered() {
        return answered;
    }

    /** Replayed requests that had their outcome already. */
    Counter skipped() {
        return skipped;
    }

    /** Requests whose deadline had passed when they arrived; their images were not read. */
    Counter expiredBeforeFetch() {
        return expiredBeforeFetch;
    }

    Counter failed(FailureCode code) {
        return failed.get(code);
    }
}
