package io.lavastream.engine.scheduler;

/**
 * How long prompt work has held up the running sequences since their last step, and how much longer it may. Pieces are sized by
 * what they took when the machine was measured; where they take longer in company, less is allowed in the measure's own time.
 * Not thread-safe.
 */
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

    /** Pieces over which a pace that got better is believed. */
    private static final int MEMORY = 8;

    /** One that got worse is believed much sooner: a step that comes late is felt, a piece that is too small is not. */
    private static final int ALARM = 2;

    /** Pieces that take less than this part of the budget exceed it by nothing that counts, and teach nothing. */
    private static final int SHORT = 20;

    private static final double SLOWEST = 8;

    /**
     * What was measured is the fastest of some runs by itself. Pieces take longer in company, some in a hundred by a quarter on
     * a shared machine, and the longest of them counts, with the step behind it. It costs a few more steps between pieces.
     */
    private static final double USUAL = 1.35;

    /**
     * The part of the budget that pieces leave: to the step behind them, which finds in no cache what a step among steps does and takes
     * longer by some milliseconds, and to pieces that take longer for once: a shared machine is slower by a tenth for seconds, and some by a quarter from
     * one moment to the next. So there are more steps between pieces, which cost a hundredth or two of the time.
     */
    private static final int KEPT_BACK = 5;

    private static final Allowance UNLIMITED = new Allowance(Long.MAX_VALUE, true);

    private final long stall;
    private final long quantum;
    private long spent;
    private long spentByLaterLanes;
    private double pace = USUAL;

    StallBudget(SchedulerSettings settings) {
        this.stall = settings.stall().toNanos();
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

    /** A piece took {@code nanos} where {@code expected} were measured, and known company takes its part. */
    void learn(double expected, long nanos) {
        if (expected > 0 && Math.max((long) expected, nanos) * SHORT >= stall) {
            double ratio = Math.min(SLOWEST, Math.max(USUAL, nanos / expected));
            pace += (ratio - pace) / (ratio > pace ? ALARM : MEMORY);
        }
    }

    /**
     * What {@code lane} may spend now, in the time in which pieces were measured.
     *
     * @param company how many times as long pieces take now as by themselves, beside what is known to compute with them
     */
    Allowance of(int lane, boolean someoneRuns, boolean firstLaneRuns, double company) {
        if (!someoneRuns) {
            return UNLIMITED;
        }
        long left = stall - stall / KEPT_BACK - spent;
        if (lane > 0 && firstLaneRuns) {
            left = Math.min(left, quantum - spentByLaterLanes);
        }
        return new Allowance((long) (left / (pace * company)), spent == 0);
    }
}
