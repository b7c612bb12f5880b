package io.lavastream.standalone.service;

import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.InferenceEngine;
import io.lavastream.engine.ModelDescription;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.runtime.LlavaEngine;
import io.lavastream.ingest.IngestApplication;
import io.lavastream.ingest.IngestConfig;
import io.lavastream.ingest.IngestSettings;
import io.lavastream.job.InferenceJob;
import io.lavastream.job.JobConfig;
import io.lavastream.job.JobConfig.Checkpoints;
import io.lavastream.job.JobConfig.Images;
import io.lavastream.job.JobConfig.Lane;
import io.lavastream.job.KafkaSettings;
import io.lavastream.job.LlavaEngineSupplier;
import io.lavastream.standalone.ByteProgress;
import io.lavastream.standalone.Progress;
import io.lavastream.standalone.StartupException;
import io.lavastream.standalone.client.Cluster;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Starts what reads and writes the topics: ingest for each lane, and the job. */
final class Workers {
    /** A large model loads for minutes, and state may have to be restored. */
    private static final Duration START_LIMIT = Duration.ofMinutes(10);

    private final ServiceConfig config;
    private final DataDirectory data;
    private final Parts parts;
    private final Progress progress;
    private final Consumer<ModelDescription> model;

    /** @param model is told what the model runs as once it is loaded */
    Workers(
            ServiceConfig config,
            DataDirectory data,
            Parts parts,
            Progress progress,
            Consumer<ModelDescription> model) {
        this.config = config;
        this.data = data;
        this.parts = parts;
        this.progress = progress;
        this.model = model;
    }

    /**
     * Starts the roles that this process has and returns when they run.
     *
     * @param failure completed exceptionally when ingest or the job has ended for good
     */
    void start(Cluster cluster, CompletableFuture<Void> failure) {
        Futures.joinBoth(
                CompletableFuture.runAsync(() -> startJob(cluster, failure)),
                CompletableFuture.runAsync(() -> startIngest(cluster, failure)));
    }

    private void startIngest(Cluster cluster, CompletableFuture<Void> failure) {
        if (config.placement().runs(Role.INGEST)) {
            progress.step("ingest", () -> startLanes(cluster, failure));
        }
    }

    private void startLanes(Cluster cluster, CompletableFuture<Void> failure) {
        try {
            List<IngestApplication> lanes =
                    config.lanes().stream()
                            .map(lane -> IngestApplication.start(ingestConfig(cluster, lane)))
                            .map(parts::add)
                            .toList();
            for (IngestApplication lane : lanes) {
                lane.awaitRunning(START_LIMIT);
                Futures.failWith(lane.failure(), failure);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartupException("ingest: interrupted while it started", e);
        } catch (IllegalStateException e) {
            throw new StartupException(e.getMessage(), e);
        }
    }

    private void startJob(Cluster cluster, CompletableFuture<Void> failure) {
        if (config.placement().runs(Role.JOB)) {
            try (Progress.Step step = progress.begin("model and job")) {
                Futures.failWith(
                        startJob(cluster, new ByteProgress(step::note, System::nanoTime))
                                .terminated(),
                        failure);
            }
        }
    }

    private InferenceJob startJob(Cluster cluster, LoadProgress loading) {
        EngineConfig engine = config.engine().withLanes(config.lanes());
        try {
            InferenceJob job =
                    parts.add(
                            InferenceJob.start(
                                    jobConfig(cluster, LanePlaces.of(engine)),
                                    LlavaEngineSupplier.of(engine),
                                    () -> open(engine, loading)));
            job.awaitRunning(START_LIMIT);
            return job;
        } catch (IllegalStateException e) {
            throw new StartupException("job: " + e.getMessage(), e);
        }
    }

    private InferenceEngine open(EngineConfig config, LoadProgress loading) {
        LlavaEngine engine = LlavaEngine.open(config, loading);
        model.accept(engine.description());
        return engine;
    }

    private IngestConfig ingestConfig(Cluster cluster, String lane) {
        return IngestConfig.defaults(
                        cluster.bootstrapServers(),
                        cluster.registry(),
                        IngestSettings.defaults(lane),
                        data.ingest())
                .withDelivery(config.ingest().delivery())
                .withInstance(config.ingest().instance().orElseGet(data::instance))
                .withReplicationFactor(config.topics().replicationFactor())
                .withKafkaClient(cluster.kafka());
    }

    private JobConfig jobConfig(Cluster cluster, int capacity) {
        return new JobConfig(
                new KafkaSettings(cluster.bootstrapServers(), cluster.kafka()),
                cluster.registry(),
                config.lanes().stream().map(lane -> new Lane(lane, capacity)).toList(),
                1,
                JobConfig.DEFAULT_REQUEST_TIMEOUT,
                images(),
                Checkpoints.in(data.checkpoints()));
    }

    private Images images() {
        return new Images(
                Images.DEFAULT.readers(),
                Images.DEFAULT.cacheBytes(),
                Images.DEFAULT.timeout(),
                config.uris());
    }
}
