package io.lavastream.engine.cache;

/**
 * What was reused so far.
 *
 * @param hits sequences that began with a prefix of an earlier one
 * @param reusedTokens positions that were not computed again
 * @param copies hits whose prefix was copied from another slot
 * @param evictions slots whose content was given up for another sequence
 */
public record ReuseCounts(long hits, long reusedTokens, long copies, long evictions) {
    public static final ReuseCounts NONE = new ReuseCounts(0, 0, 0, 0);

    ReuseCounts withHit(int positions, boolean copied) {
        return new ReuseCounts(
                hits + 1, reusedTokens + positions, copies + (copied ? 1 : 0), evictions);
    }

    ReuseCounts withEviction() {
        return new ReuseCounts(hits, reusedTokens, copies, evictions + 1);
    }
}
