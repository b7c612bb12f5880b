package io.lavastream.ingest;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.streams.KafkaStreams;
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
    private final ThreadFailures failures;
    private final CompletableFuture<Void> running = new CompletableFuture<>();

    private IngestApplication(IngestConfig config) {
        name = config.applicationId();
        metrics = new IngestMetrics();
        failures = new ThreadFailures(config, InstantSource.system());
        var unused =
                failures.ended()
                        .whenComplete((none, failure) -> running.completeExceptionally(failure));
        streams =
                new KafkaStreams(
                        IngestTopology.build(
                                config.lane(),
                                config.registry(),
                                metrics,
                                config.delivery(),
                                InstantSource.system()),
                        StreamsProperties.of(config),
                        new StreamsClients());
        streams.setUncaughtExceptionHandler(failures);
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
            throw new IllegalStateException(e.getCause().getMessage(), e);
        }
    }

    /** Whether it processes records now. */
    public boolean isRunning() {
        return streams.state() == KafkaStreams.State.RUNNING;
    }

    /** Completes, exceptionally, when it has ended for good though nobody closed it. */
    public CompletableFuture<Void> failure() {
        return failures.ended();
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
        LOG.info("{} ends: {}", name, metrics.snapshot());
    }

    private void stateChanged(KafkaStreams.State now) {
        if (now == KafkaStreams.State.RUNNING) {
            running.complete(null);
        } else if (now.hasCompletedShutdown()) {
            IllegalStateException stopped =
                    new IllegalStateException("%s: stopped in state %s".formatted(name, now));
            if (now == KafkaStreams.State.ERROR) {
                // Where a thread has said why, that stands.
                failures.ended().completeExceptionally(stopped);
            }
            running.completeExceptionally(stopped);
        }
    }
}
