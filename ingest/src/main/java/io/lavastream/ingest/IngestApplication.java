package io.lavastream.ingest;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One lane's ingest, running in threads of its own. Safe for many threads. Its owner closes it; a start with the same
 * state directory and instance name goes on where this one ended, however it ended.
 */
public final class IngestApplication implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IngestApplication.class);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

    private final String name;
    private final KafkaStreams streams;
    private final IngestMetrics metrics;
    private final CompletableFuture<Void> running = new CompletableFuture<>();

    private IngestApplication(IngestConfig config) {
        name = config.applicationId();
        metrics = new IngestMetrics();
        streams =
                new KafkaStreams(
                        IngestTopology.build(config.lane(), config.registry(), metrics),
                        StreamsProperties.of(config));
        streams.setUncaughtExceptionHandler(this::replaceThread);
        streams.setStateListener((now, before) -> stateChanged(now));
    }

    /**
     * Checks the topics and starts.
     *
     * @throws IllegalStateException where topics are missing or not as the contract says, naming what differs
     */
    public static IngestApplication start(IngestConfig config) {
        TopicContract.require(config);
        LOG.info("{} starts: {}", config.applicationId(), config);
        IngestApplication application = new IngestApplication(config);
        application.streams.start();
        return application;
    }

    /**
     * Waits until it has its partitions and its state.
     *
     * @throws IllegalStateException when that takes longer than {@code timeout}, or cannot be
     */
    public void awaitRunning(Duration timeout) throws InterruptedException {
        try {
            running.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    "%s: %s after %s (expected: RUNNING)".formatted(name, streams.state(), timeout),
                    e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("%s: %s".formatted(name, e.getCause().getMessage()), e);
        }
    }

    /** Whether it processes records now. */
    public boolean isRunning() {
        return streams.state() == KafkaStreams.State.RUNNING;
    }

    /** Counters since the start of this instance. */
    public IngestMetrics.Snapshot metrics() {
        return metrics.snapshot();
    }

    /** Finishes the record in hand, commits, and stops. */
    @Override
    public void close() {
        if (!streams.close(CLOSE_TIMEOUT)) {
            LOG.warn("{} did not stop within {}", name, CLOSE_TIMEOUT);
        }
    }

    private void stateChanged(KafkaStreams.State now) {
        if (now == KafkaStreams.State.RUNNING) {
            running.complete(null);
        } else if (now.hasCompletedShutdown()) {
            running.completeExceptionally(new IllegalStateException("stopped in state " + now));
        }
    }

    /** The record in hand is processed again by the new thread: what stopped this one may be over. */
    private StreamThreadExceptionResponse replaceThread(Throwable failure) {
        LOG.error("{}: a stream thread failed and is replaced", name, failure);
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
}
