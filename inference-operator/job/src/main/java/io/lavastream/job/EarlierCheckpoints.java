package io.lavastream.job;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the checkpoints of earlier jobs as soon as the running one has made those that take their place: Flink deletes only what
 * the same job made, and each start is a new job. Looks in a thread of its own, which ends when nothing is left to delete.
 */
final class EarlierCheckpoints implements AutoCloseable {
    static final Duration INTERVAL = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(EarlierCheckpoints.class);

    private final ScheduledExecutorService thread;

    private EarlierCheckpoints(ScheduledExecutorService thread) {
        this.thread = thread;
    }

    /**
     * Begins to look.
     *
     * @param directory that is held until after {@link #close}
     * @param job whose own checkpoints Flink deletes
     * @param retained how many checkpoints of all jobs are kept
     * @param interval from one look to the next
     */
    static EarlierCheckpoints deleteWhenReplaced(
            CheckpointDirectory directory, String job, int retained, Duration interval) {
        ScheduledExecutorService thread =
                Executors.newSingleThreadScheduledExecutor(
                        work -> {
                            Thread looking = new Thread(work, "lavastream-checkpoints");
                            looking.setDaemon(true);
                            return looking;
                        });
        var unused =
                thread.scheduleWithFixedDelay(
                        () -> {
                            try {
                                if (!directory.pruneOthers(job, retained)) {
                                    thread.shutdown();
                                }
                            } catch (RuntimeException e) {
                                LOG.warn("earlier checkpoints stay for now: {}", e.toString());
                            }
                        },
                        interval.toNanos(),
                        interval.toNanos(),
                        TimeUnit.NANOSECONDS);
        return new EarlierCheckpoints(thread);
    }

    /** Whether nothing is left to delete within {@code limit}. */
    boolean awaitEnd(Duration limit) throws InterruptedException {
        return thread.awaitTermination(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Waits for a deletion under way, unless the caller is interrupted. */
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            awaitEnd(INTERVAL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
