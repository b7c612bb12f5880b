package io.lavastream.standalone.redrive;

import io.lavastream.schemas.Failure;
import io.lavastream.schemas.FailureCode;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds among failures and answers the requests that ended with a failure: the last attempt of each counts, and a later
 * answer settles it. Holds the failures that pass the filter, of others the attempt only. Not thread-safe.
 */
final class LastFailures {
    /** A failure and when it was written. */
    record Found(Failure failure, Instant at) {}

    /** The newest attempt seen; {@code failure} is empty where it was answered, or does not pass. */
    private record Last(int attempt, Optional<Found> failure) {}

    private final FailureFilter filter;
    private final Map<String, Last> requests = new HashMap<>();

    LastFailures(FailureFilter filter) {
        this.filter = filter;
    }

    void failed(Failure failure, Instant at) {
        // That failure stands beside the outcome of the id's own question, and says nothing about
        // it.
        if (failure.getCode() != FailureCode.DUPLICATE_ID) {
            Optional<Found> found =
                    Optional.of(new Found(failure, at))
                            .filter(candidate -> filter.accepts(failure, at));
            see(failure.getRequestId(), new Last(failure.getAttempt(), found));
        }
    }

    void answered(String requestId, int attempt) {
        see(requestId, new Last(attempt, Optional.empty()));
    }

    /** The failures to send again, oldest first. */
    List<Found> wanted() {
        return requests.values().stream()
                .flatMap(last -> last.failure().stream())
                .sorted(
                        Comparator.comparing(Found::at)
                                .thenComparing(found -> found.failure().getRequestId()))
                .limit(filter.limit())
                .toList();
    }

    private void see(String requestId, Last seen) {
        requests.merge(
                requestId, seen, (before, now) -> now.attempt() >= before.attempt() ? now : before);
    }
}
