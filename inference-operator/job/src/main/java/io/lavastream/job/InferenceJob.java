package io.lavastream.job;

import io.lavastream.engine.InferenceEngine;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.executiongraph.AccessExecutionGraph;
import org.apache.flink.runtime.executiongraph.AccessExecutionJobVertex;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.ExceptionUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The job in a Flink cluster inside this JVM. It goes on from the newest readable checkpoint of its directory, restarts
 * by itself after faults, and listens on no address but loopback. Safe for use by several threads.
 */
public final class InferenceJob implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(InferenceJob.class);

    private static final ClassLoader CLASSES = InferenceJob.class.getClassLoader();
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(60);
    private static final long STATUS_INTERVAL_MILLIS = 50;

    private final CheckpointDirectory checkpoints;
    private final SharedEngine.Lease engine;
    private final MiniCluster cluster;
    private final JobID jobId;
    private final CompletableFuture<JobResult> result;
    private final EarlierCheckpoints earlier;

    private InferenceJob(
            JobConfig config,
            CheckpointDirectory checkpoints,
            SharedEngine.Lease engine,
            MiniCluster cluster,
            JobID jobId) {
        this.checkpoints = checkpoints;
        this.engine = engine;
        this.cluster = cluster;
        this.jobId = jobId;
        result = cluster.requestJobResult(jobId);
        earlier =
                EarlierCheckpoints.deleteWhenReplaced(
                        checkpoints,
                        jobId.toHexString(),
                        config.checkpoints().retained(),
                        EarlierCheckpoints.INTERVAL);
    }

    /**
     * Opens the engine, which may take long, then starts the job and returns before its tasks run. The engine stays
     * open until {@link #close}, also while the job restarts.
     *
     * @throws IllegalStateException when another job holds the checkpoint directory
     * @throws IllegalArgumentException when the lanes have more places than the engine
     */
    public static InferenceJob start(JobConfig config, EngineSupplier supplier) {
        return start(config, supplier, supplier::open);
    }

    /**
     * As {@link #start(JobConfig, EngineSupplier)}, for callers who show how the engine loads.
     *
     * @param opener opens, in this thread, the same engine that {@code supplier} would; not used if one is open already
     */
    public static InferenceJob start(
            JobConfig config, EngineSupplier supplier, Supplier<InferenceEngine> opener) {
        CheckpointDirectory checkpoints =
                CheckpointDirectory.hold(localPath(config.checkpoints().directory()));
        SharedEngine.Lease engine = null;
        MiniCluster cluster = null;
        try {
            engine =
                    SharedEngine.lease(
                            supplier, 0, opener, Optional.of(checkpoints.file("journal")));
            checkCapacity(config, engine.engine().capacity());
            Optional<CheckpointDirectory.Checkpoint> newest = checkpoints.newest();
            checkpoints.prune(config.checkpoints().retained());
            LOG.info(
                    "job starts from {}",
                    newest.map(checkpoint -> checkpoint.path().toString())
                            .orElse("the earliest retained requests"));
            Configuration configuration =
                    LocalCluster.configuration(config, newest.map(found -> found.path().toUri()));
            cluster = LocalCluster.start(configuration, config.parallelism());
            JobGraph graph = jobGraph(config, supplier, configuration);
            cluster.submitJob(graph).get();
            return new InferenceJob(config, checkpoints, engine, cluster, graph.getJobID());
        } catch (Exception e) {
            closeAll(cluster, engine, checkpoints);
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            if (e instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("the job cannot be started: " + e.getMessage(), e);
        }
    }

    private static JobGraph jobGraph(
            JobConfig config, EngineSupplier supplier, Configuration configuration) {
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.createLocalEnvironment(
                        config.parallelism(), configuration);
        InferencePipeline.build(environment, config, supplier);
        return environment.getStreamGraph().getJobGraph();
    }

    private static void checkCapacity(JobConfig config, int capacity) {
        if (config.places() > capacity) {
            throw new IllegalArgumentException(
                    ("capacities of all lanes and subtasks: %d"
                                    + " (expected: at most the engine's capacity, %d)")
                            .formatted(config.places(), capacity));
        }
    }

    private static Path localPath(URI directory) {
        if (!"file".equals(directory.getScheme())) {
            throw new IllegalArgumentException(
                    "checkpoint-directory: %s (expected: a local file address)"
                            .formatted(directory));
        }
        return Path.of(directory);
    }

    /**
     * Waits until all tasks run, so that a request sent now is worked on at once.
     *
     * @throws IllegalStateException when they do not within {@code timeout}, or the job has ended, with its reason
     */
    public void awaitRunning(Duration timeout) {
        long end = System.nanoTime() + timeout.toNanos();
        try {
            while (!isRunning()) {
                if (result.isDone()) {
                    throw new IllegalStateException("the job ended: " + failure(result.get()));
                }
                if (System.nanoTime() - end > 0) {
                    throw new IllegalStateException(
                            "the job does not run after %s".formatted(timeout));
                }
                TimeUnit.MILLISECONDS.sleep(STATUS_INTERVAL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the job starts", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the job's state is not known", e.getCause());
        }
    }

    /** Whether all tasks are running at this moment. */
    public boolean isRunning() {
        try {
            AccessExecutionGraph graph = executionGraph();
            if (graph.getState() != JobStatus.RUNNING) {
                return false;
            }
            for (AccessExecutionJobVertex vertex : graph.getAllVertices().values()) {
                if (vertex.getAggregateState() != ExecutionState.RUNNING) {
                    return false;
                }
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    /**
     * Takes a checkpoint now.
     *
     * @throws IllegalStateException when it is not complete within {@code timeout}
     */
    public void checkpoint(Duration timeout) {
        try {
            cluster.triggerCheckpoint(jobId).get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a checkpoint is taken", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("no checkpoint: " + e, e);
        }
    }

    /** How often the task that was restarted most was restarted since the start. */
    public int restarts() {
        try {
            int restarts = 0;
            for (AccessExecutionVertex task : executionGraph().getAllExecutionVertices()) {
                restarts = Math.max(restarts, task.getCurrentExecutionAttempt().getAttemptNumber());
            }
            return restarts;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the job's state is not known", e);
        }
    }

    private AccessExecutionGraph executionGraph()
            throws InterruptedException, ExecutionException, TimeoutException {
        return cluster.getExecutionGraph(jobId).get(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Completes when the job has ended for good: normally when closed, exceptionally when it cannot go on. */
    public CompletableFuture<Void> terminated() {
        return result.thenCompose(
                ended ->
                        ended.getSerializedThrowable().isEmpty()
                                ? CompletableFuture.completedFuture(null)
                                : CompletableFuture.failedFuture(
                                        new IllegalStateException(failure(ended))));
    }

    private static String failure(JobResult ended) {
        return ended.getSerializedThrowable()
                .map(failure -> reason(failure.deserializeError(CLASSES)))
                .orElse(String.valueOf(ended.getJobStatus().orElse(null)));
    }

    /** What the tasks said who suppressed restarts, else what everything began with. */
    private static String reason(Throwable failure) {
        Optional<SuppressRestartsException> unrecoverable =
                ExceptionUtils.findThrowable(failure, SuppressRestartsException.class);
        if (unrecoverable.isPresent()) {
            return unrecoverable.get().getCause().getMessage();
        }
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage();
    }

    /**
     * Stops the tasks and keeps the checkpoints: requests in progress run again at the next start, those with an outcome
     * are skipped. The engine closes unless others of this process use it.
     */
    @Override
    public void close() {
        if (!result.isDone()) {
            try {
                cluster.cancelJob(jobId).get(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
                result.get(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException e) {
                LOG.warn("the job did not stop in order: {}", e.toString());
            }
        }
        closeAll(earlier, cluster, engine, checkpoints);
    }

    private static void closeAll(AutoCloseable... parts) {
        for (AutoCloseable part : parts) {
            try {
                if (part != null) {
                    part.close();
                }
            } catch (Exception e) {
                LOG.warn("closing {}: {}", part, e.toString());
            }
        }
    }
}
