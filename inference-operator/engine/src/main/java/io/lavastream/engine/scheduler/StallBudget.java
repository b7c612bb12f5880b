package io.lavastream.engine.scheduler;

/** How long prompt work has held up the running sequences since their last step, and how much longer it may. Not thread-safe. */
final class StallBudget {
    /**
     * What a piece of prompt work may take.
     *
     * @param isWhole whether nothing is spent yet: then one piece is permitted however long it takes
     */
    record Allowance(long nanos, boolean isWhole) {
        boolean isUsedUp() {
            return nanos <= 0 && !isWhole;
        }

        boolean permits(long piece) {
            return isWhole || piece <= nanos;
        }
    }

    private static final Allowance UNLIMITED = new Allowance(Long.MAX_VALUE, true);

    private final long stall;
    private final long quantum;
    private long spent;
    private long spentByLaterLanes;

    StallBudget(SchedulerSettings settings) {
        this.stall = settings.longestStall().toNanos();
        this.quantum =
                Math.max(
                        settings.bulkQuantum().toNanos(),
                        settings.times().smallestPiece().toNanos());
    }

    /** A decode step was made, or nobody waits for one. */
    void restart() {
        spent = 0;
        spentByLaterLanes = 0;
    }

    void spend(int lane, long nanos) {
        long some = Math.max(1, nanos); // nothing takes no time
        spent += some;
        spentByLaterLanes += lane > 0 ? some : 0;
    }

    /** What {@code lane} may spend now. */
    Allowance of(int lane, boolean someoneRuns, boolean firstLaneRuns) {
        if (!someoneRuns) {
            return UNLIMITED;
        }
        long left = stall - spent;
        if (lane > 0 && firstLaneRuns) {
            left = Math.min(left, quantum - spentByLaterLanes);
        }
        return new Allowance(left, spent == 0);
    }
}
