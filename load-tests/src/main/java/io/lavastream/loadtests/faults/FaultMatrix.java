package io.lavastream.loadtests.faults;

import io.lavastream.loadtests.installation.Installation;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Runs rounds of faults against an installation under load, and counts. Its owner closes what it was given. Used by one
 * thread.
 */
final class FaultMatrix {
    /** A service that is not back after this is not waited for. */
    private static final Duration RECOVERY_WAIT = Duration.ofMinutes(3);

    /** From the last question to the last outcome: a backlog has to be worked off. */
    private static final Duration SETTLE_WAIT = Duration.ofMinutes(4);

    /** A doubled outcome would come within this. */
    private static final Duration AFTERMATH = Duration.ofSeconds(2);

    private final Installation installation;
    private final Ledger ledger;
    private final Load load;
    private final JobWork work;
    private final double perSecond;
    private final int inProgress;

    /**
     * @param inProgress most requests that the job holds at once
     */
    FaultMatrix(
            Installation installation,
            Ledger ledger,
            Load load,
            JobWork work,
            double perSecond,
            int inProgress) {
        this.installation = installation;
        this.ledger = ledger;
        this.load = load;
        this.work = work;
        this.perSecond = perSecond;
        this.inProgress = inProgress;
    }

    /** Runs one round from its first question to its last outcome. */
    RoundResult run(Plan.Round round) throws InterruptedException {
        installation.awaitReady();
        ScheduledFuture<?> sending = load.begin(round.prefix(), perSecond);
        Optional<String> trouble;
        long recovery;
        try {
            TimeUnit.NANOSECONDS.sleep(round.delay().toNanos());
            trouble = strike(round);
            long end = System.nanoTime();
            recovery = awaitRecovery(end);
        } finally {
            sending.cancel(false);
        }
        load.flush();
        ledger.await(ledger::isSettled, SETTLE_WAIT);
        TimeUnit.NANOSECONDS.sleep(AFTERMATH.toNanos());
        work.catchUp();
        return Tally.of(
                round,
                ledger.startingWith(round.prefix()),
                work.recomputed(round.prefix()),
                inProgress,
                recovery,
                trouble);
    }

    /** Lets all faults of the round happen at once, and returns when they are over. */
    private Optional<String> strike(Plan.Round round) throws InterruptedException {
        List<String> troubles = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (Fault fault : round.faults()) {
            Thread thread =
                    new Thread(
                            () -> {
                                try {
                                    fault.happen(installation, load, round.length());
                                } catch (IOException | RuntimeException e) {
                                    synchronized (troubles) {
                                        troubles.add("%s: %s".formatted(fault, e.getMessage()));
                                    }
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                            },
                            fault.toString());
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return troubles.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", troubles));
    }

    /** Milliseconds from {@code endNanos} until everything works again. */
    private long awaitRecovery(long endNanos) throws InterruptedException {
        ledger.await(() -> ledger.recoveredAt(endNanos).isPresent(), RECOVERY_WAIT);
        OptionalLong recovered = ledger.recoveredAt(endNanos);
        return recovered.isPresent()
                ? TimeUnit.NANOSECONDS.toMillis(recovered.getAsLong() - endNanos)
                : Long.MAX_VALUE;
    }
}
