package io.lavastream.loadtests.bench.pipeline;

import io.lavastream.loadtests.bench.Figure;
import io.lavastream.loadtests.bench.Goal;
import io.lavastream.loadtests.bench.Report;
import io.lavastream.standalone.service.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** As many questions as keep the engine full, through the topics, and before and after it by the engine alone. */
final class SaturationRun {
    private static final Duration SETTLE_LIMIT = Duration.ofMinutes(5);

    /** What the engine alone needs until it is as fast as it gets; broker and ingest, which do little, need far longer. */
    private static final Duration ENGINE_WARM_UP = Duration.ofMinutes(1);

    /** Percent that the stream may add to what the engine needs. */
    private static final double GOAL_TAX = 3;

    private final PipelineSettings settings;
    private final Path model;
    private final Pictures pictures;
    private final Report report;
    private final Consumer<String> progress;

    SaturationRun(
            PipelineSettings settings,
            Pictures pictures,
            Report report,
            Consumer<String> progress) {
        this.settings = settings;
        this.model = ((PipelineSettings.Served) settings.model()).directory();
        this.pictures = pictures;
        this.report = report;
        this.progress = progress;
    }

    /** Runs a service for as long as it is used. */
    interface Server {
        void serve(PipelineBench.Use use) throws IOException, InterruptedException;
    }

    void run(Server server) throws IOException, InterruptedException {
        EngineAlone.Work before;
        int open;
        try (EngineAlone alone = alone()) {
            warmUp(alone);
            before = alone.during(settings.duration());
            open = alone.open();
        }
        EngineAlone.Work[] streamed = new EngineAlone.Work[1];
        server.serve(service -> streamed[0] = streamed(service, before.questions(), open));
        EngineAlone.Work after;
        try (EngineAlone alone = alone()) {
            warmUp(alone);
            after = alone.of(before.questions());
        }
        double aloneSeconds = (before.seconds() + after.seconds()) / 2;
        report.add(Figure.of("asked", before.questions(), "questions"));
        report.add(Figure.of("engine_alone", before.questions() / aloneSeconds, "answers/s"));
        report.add(Figure.of("throughput", streamed[0].perSecond(), "answers/s"));
        report.add(
                Figure.of(
                        "stream_tax_wall", 100 * (streamed[0].seconds() / aloneSeconds - 1), "%"));
        report.add(
                Figure.of(
                        "engine_alone_spread",
                        100 * Math.abs(after.seconds() / before.seconds() - 1),
                        "%"));
    }

    private void warmUp(EngineAlone alone) throws InterruptedException {
        boolean shorter = settings.warmUp().compareTo(ENGINE_WARM_UP) < 0;
        alone.during(shorter ? settings.warmUp() : ENGINE_WARM_UP);
    }

    private EngineAlone alone() {
        progress.accept("the engine alone");
        return EngineAlone.open(model, pictures, settings.lane(), settings.newTokens());
    }

    private EngineAlone.Work streamed(PipelineBench.Service service, int questions, int open)
            throws IOException, InterruptedException {
        progress.accept("warm-up");
        Phase warmUp = service.phases().begin("warm-up");
        service.sender().saturate(warmUp, settings.lane(), settings.warmUp(), open);
        requireSettled(warmUp);
        progress.accept("%d questions, %d at once".formatted(questions, open));
        ServiceTimes before = ServiceTimes.now(service.installation());
        long begin = System.nanoTime();
        Phase phase = service.phases().begin("measured");
        service.sender().saturate(phase, settings.lane(), questions, open);
        requireSettled(phase);
        double seconds = (System.nanoTime() - begin) / 1e9;
        ServiceTimes times = ServiceTimes.now(service.installation()).since(before);
        for (Role role : Role.values()) {
            report.add(Figure.of("cpu_" + role, times.seconds().get(role) / seconds, "cores"));
        }
        report.add(Figure.of("cpu_engine", times.engineSeconds() / seconds, "cores"));
        report.add(
                Figure.of("stream_tax", 100 * times.outsideEngine() / times.engineSeconds(), "%")
                        .withGoal(Optional.of(Goal.atMost(Goal.Part.VALUE, GOAL_TAX))));
        return new EngineAlone.Work(questions, seconds);
    }

    private static void requireSettled(Phase phase) throws InterruptedException {
        if (!phase.awaitOpenAtMost(0, SETTLE_LIMIT) || !phase.failures().isEmpty()) {
            throw new IllegalStateException(
                    "%d questions without an outcome, failed: %s (expected: all answered)"
                            .formatted(phase.open(), phase.failures()));
        }
    }
}
