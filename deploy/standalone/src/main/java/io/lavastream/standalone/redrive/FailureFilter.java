package io.lavastream.standalone.redrive;

import io.lavastream.schemas.Failure;
import io.lavastream.schemas.FailureCode;
import java.time.Instant;
import java.util.Set;

/**
 * Which failures are sent again. Immutable, checked on construction.
 *
 * @param codes only these; empty for all failures that say that sending again may help
 * @param since only those written then or later
 * @param until only those written before
 * @param limit at most so many, the oldest first
 */
public record FailureFilter(Set<FailureCode> codes, Instant since, Instant until, int limit) {
    public FailureFilter {
        codes = Set.copyOf(codes);
        if (codes.contains(FailureCode.DUPLICATE_ID)) {
            throw new IllegalArgumentException(
                    "code: DUPLICATE_ID (expected: another one; the request of that id is another"
                            + " question)");
        }
        if (!since.isBefore(until)) {
            throw new IllegalArgumentException(
                    "since: %s (expected: before until, %s)".formatted(since, until));
        }
        if (limit < 1) {
            throw new IllegalArgumentException("limit: %d (expected: >= 1)".formatted(limit));
        }
    }

    /** Whether a failure that was written {@code at} passes. */
    boolean accepts(Failure failure, Instant at) {
        boolean wanted =
                codes.isEmpty() ? failure.getRetryable() : codes.contains(failure.getCode());
        return wanted && !at.isBefore(since) && at.isBefore(until);
    }
}
