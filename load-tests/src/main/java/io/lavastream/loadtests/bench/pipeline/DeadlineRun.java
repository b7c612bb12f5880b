package io.lavastream.loadtests.bench.pipeline;

import io.lavastream.loadtests.bench.Figure;
import io.lavastream.loadtests.bench.Goal;
import io.lavastream.loadtests.bench.Report;
import io.lavastream.schemas.FailureCode;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Questions that a stub would answer long after their deadline, and how long after it each one's failure is seen. Those that the
 * stub has no place for are a backlog in front of the later ones.
 */
final class DeadlineRun {
    private static final double[] PERCENTILES = {50, 95, 99, 100};

    /** What the gate may be late, and what a commit of the gate alone took at most when it was first measured. */
    private static final double GOAL_MS = 100 + 108;

    private static final Duration SETTLE_LIMIT = Duration.ofMinutes(2);

    private final PipelineSettings settings;
    private final PipelineBench.Service service;
    private final Report report;
    private final Consumer<String> progress;

    DeadlineRun(
            PipelineSettings settings,
            PipelineBench.Service service,
            Report report,
            Consumer<String> progress) {
        this.settings = settings;
        this.service = service;
        this.report = report;
        this.progress = progress;
    }

    /** @param stub that answers later than the questions are good for */
    void run(PipelineSettings.Expiring load, PipelineSettings.Stub stub)
            throws IOException, InterruptedException {
        progress.accept("warm-up");
        ask("warm-up", load, settings.warmUp());
        progress.accept(
                "questions at %s a second, each for %d ms"
                        .formatted(load.perSecond(), load.deadline().toMillis()));
        Phase phase = ask("measured", load, settings.duration());
        // What the stub answers after all comes within this.
        TimeUnit.NANOSECONDS.sleep(stub.latency().plus(OpenLoopRun.AFTERMATH).toNanos());
        report.add(Figure.of("asked", phase.asked(), "questions"));
        int expired = phase.failures().getOrDefault(FailureCode.DEADLINE_EXCEEDED.toString(), 0);
        report.add(
                Figure.of("expired", expired, "questions")
                        .withGoal(Optional.of(Goal.atLeast(Goal.Part.VALUE, phase.asked()))));
        report.add(Figure.of("unanswered", phase.open(), "questions").withGoal(atMost(0)));
        report.add(Figure.of("doubled", phase.repeated(), "questions").withGoal(atMost(0)));
        if (expired == 0) {
            return;
        }
        for (double percent : PERCENTILES) {
            Figure late =
                    Figure.of(
                            percent == 100 ? "late_max" : "late_p%.0f".formatted(percent),
                            phase.failureLatency(percent) - load.deadline().toMillis(),
                            "ms");
            report.add(percent == 99 ? late.withGoal(atMost(GOAL_MS)) : late);
        }
    }

    private Phase ask(String name, PipelineSettings.Expiring load, Duration length)
            throws InterruptedException {
        Phase phase = service.phases().begin(name);
        service.sender()
                .openLoop(
                        phase,
                        settings.lane(),
                        Arrivals.of(load.perSecond(), length, settings.seed() + name.hashCode()),
                        Optional.of(load.deadline()));
        phase.awaitOpenAtMost(0, SETTLE_LIMIT);
        return phase;
    }

    private static Optional<Goal> atMost(double value) {
        return Optional.of(Goal.atMost(Goal.Part.VALUE, value));
    }
}
