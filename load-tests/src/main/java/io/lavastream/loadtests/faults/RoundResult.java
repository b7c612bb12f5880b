package io.lavastream.loadtests.faults;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What came of one round.
 *
 * @param sent questions that the broker acknowledged
 * @param seen of them, how many have an outcome for a reader of committed records
 * @param lost of them, how many have none
 * @param doubled of them, how many have more than one
 * @param wrong answers that are not the model's
 * @param failed failures by code, of which each fault allows some
 * @param unexplained failures that none of the faults allows
 * @param recomputed requests that the job computed more than once
 * @param mostRecomputed how many of them the faults allow
 * @param gapMillis longest time without any outcome while questions came
 * @param recoveryMillis from the faults' end until all that was sent before it has its outcome, and something sent after it,
 *     too; {@link Long#MAX_VALUE} for never
 * @param trouble what went wrong beside, such as a second job that was not refused
 */
record RoundResult(
        Plan.Round round,
        int sent,
        int seen,
        int lost,
        int doubled,
        int wrong,
        Map<String, Integer> failed,
        int unexplained,
        int recomputed,
        int mostRecomputed,
        long gapMillis,
        long recoveryMillis,
        Optional<String> trouble) {

    RoundResult {
        failed = Map.copyOf(new TreeMap<>(failed));
    }

    /** Whether every promise was kept. */
    boolean holds(long recoveryLimitMillis) {
        return lost == 0
                && doubled == 0
                && wrong == 0
                && unexplained == 0
                && recomputed <= mostRecomputed
                && recoveryMillis <= recoveryLimitMillis
                && trouble.isEmpty();
    }
}
