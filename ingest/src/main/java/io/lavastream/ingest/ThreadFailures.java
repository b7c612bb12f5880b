package io.lavastream.ingest;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what follows the failure of a stream thread. The record in hand is processed again by a new thread, as what
 * stopped this one may be over; ingest ends where it is not, or where another process has taken its place.
 */
final class ThreadFailures implements StreamsUncaughtExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ThreadFailures.class);

    /**
     * For each thread that there is: a broker that is away fails all of them, though only after minutes, where a record
     * that none can process fails one after the other at once.
     */
    private static final int MOST_REPLACED = 10;

    private static final Duration WINDOW = Duration.ofMinutes(5);

    private final String name;
    private final String instance;
    private final FailureRate rate;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    ThreadFailures(IngestConfig config, InstantSource clock) {
        name = config.applicationId();
        instance = config.instance();
        rate = new FailureRate(MOST_REPLACED * config.threads(), WINDOW, clock);
    }

    @Override
    public StreamThreadExceptionResponse handle(Throwable failure) {
        if (isCausedBy(failure, FencedInstanceIdException.class)) {
            return end(
                    "instance '%s' runs in another process, too (expected: an --instance of its own for each)"
                            .formatted(instance),
                    failure);
        }
        if (!rate.countAndGoOn()) {
            return end("%s, the last: %s".formatted(rate, rootOf(failure)), failure);
        }
        LOG.error("{}: a stream thread failed and is replaced", name, failure);
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }

    /** Completes exceptionally, with a message for the operator, when ingest ends for one of these failures. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    private StreamThreadExceptionResponse end(String reason, Throwable failure) {
        String message = name + ": " + reason;
        LOG.error("{}", message);
        ended.completeExceptionally(new IllegalStateException(message, failure));
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    private static boolean isCausedBy(Throwable failure, Class<?> type) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }

    private static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
