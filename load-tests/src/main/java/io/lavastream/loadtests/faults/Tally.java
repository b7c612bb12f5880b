package io.lavastream.loadtests.faults;

import io.lavastream.schemas.FailureCode;
import io.lavastream.standalone.client.Reply;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Counts what came of a round's questions. */
final class Tally {
    private Tally() {}

    /**
     * @param entries the round's questions, settled or given up
     * @param recomputed requests that the job computed more than once
     * @param inProgress most requests that the job holds at once, and so may compute again after a fault
     */
    static RoundResult of(
            Plan.Round round,
            List<Ledger.Asked> entries,
            int recomputed,
            int inProgress,
            long recoveryMillis,
            Optional<String> trouble) {
        List<Ledger.Asked> sent = entries.stream().filter(Ledger.Asked::acknowledged).toList();
        int seen = (int) sent.stream().filter(entry -> !entry.replies().isEmpty()).count();
        Map<String, Integer> failed = new HashMap<>();
        int unexplained = 0;
        int wrong = 0;
        for (Ledger.Asked entry : entries) {
            for (Reply reply : entry.replies()) {
                if (reply instanceof Reply.Failed failure) {
                    FailureCode code = failure.failure().getCode();
                    failed.merge(code.name(), 1, Integer::sum);
                    unexplained += isExplained(round, code, entry.requestId()) ? 0 : 1;
                } else if (reply instanceof Reply.Answered answered) {
                    wrong += answered.answer().getText().equals(entry.expected()) ? 0 : 1;
                }
            }
        }
        return new RoundResult(
                round,
                sent.size(),
                seen,
                sent.size() - seen,
                (int) entries.stream().filter(entry -> entry.replies().size() > 1).count(),
                wrong,
                failed,
                unexplained,
                recomputed,
                mostRecomputed(round, sent.size(), inProgress),
                longestGapMillis(entries),
                recoveryMillis,
                trouble);
    }

    private static boolean isExplained(Plan.Round round, FailureCode code, String requestId) {
        return round.faults().stream().anyMatch(fault -> fault.explains(code, requestId));
    }

    private static int mostRecomputed(Plan.Round round, int sent, int inProgress) {
        return round.faults().stream().anyMatch(Fault::doublesTheWork)
                ? sent
                : inProgress * round.faults().stream().mapToInt(Fault::deathsOfTheJob).sum();
    }

    private static long longestGapMillis(List<Ledger.Asked> entries) {
        long[] times =
                entries.stream()
                        .filter(entry -> !entry.replies().isEmpty())
                        .mapToLong(Ledger.Asked::firstReplyNanos)
                        .sorted()
                        .toArray();
        long longest = 0;
        for (int i = 1; i < times.length; i++) {
            longest = Math.max(longest, times[i] - times[i - 1]);
        }
        return TimeUnit.NANOSECONDS.toMillis(longest);
    }
}
