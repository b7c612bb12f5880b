package io.lavastream.loadtests.bench.pipeline;

import io.lavastream.loadtests.bench.Figure;
import io.lavastream.loadtests.bench.Goal;
import io.lavastream.loadtests.bench.Report;
import io.lavastream.schemas.FailureCode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Questions that a stub would answer long after their deadline, and how long after it each one's failure is seen. Those that the
 * stub has no place for are a backlog in front of the later ones.
 */
final class DeadlineRun {
    /** What the gate may be late, and what a commit of the gate alone took at most when it was first measured. */
    private static final double GOAL_MS = 100 + 108;

    private final PipelineSettings settings;
    private final Report report;
    private final Consumer<String> progress;
    private final OpenLoopRun openLoop;

    DeadlineRun(
            PipelineSettings settings,
            PipelineBench.Service service,
            Report report,
            Consumer<String> progress) {
        this.settings = settings;
        this.report = report;
        this.progress = progress;
        openLoop = new OpenLoopRun(settings, service, report, progress);
    }

    /** @param stub that answers later than the questions are good for */
    void run(PipelineSettings.Expiring load, PipelineSettings.Stub stub)
            throws InterruptedException {
        double deadline = load.deadline().toMillis();
        progress.accept("warm-up");
        ask("warm-up", load, settings.warmUp());
        progress.accept(
                "questions at %s a second, each for %.0f ms".formatted(load.perSecond(), deadline));
        Phase phase = ask("measured", load, settings.duration());
        // What the stub answers after all comes within this.
        TimeUnit.NANOSECONDS.sleep(stub.latency().plus(OpenLoopRun.AFTERMATH).toNanos());
        report.add(Figure.of("asked", phase.asked(), "questions"));
        int expired = phase.failures().getOrDefault(FailureCode.DEADLINE_EXCEEDED.toString(), 0);
        report.add(
                Figure.of("expired", expired, "questions")
                        .withGoal(Optional.of(Goal.atLeast(Goal.Part.VALUE, phase.asked()))));
        openLoop.reportMissingAndDoubled("", phase);
        if (expired > 0) {
            openLoop.reportPercentiles(
                    "late",
                    percent -> phase.failureLatency(percent) - deadline,
                    Optional.of(Goal.atMost(Goal.Part.VALUE, GOAL_MS)));
        }
    }

    private Phase ask(String name, PipelineSettings.Expiring load, Duration length)
            throws InterruptedException {
        Phase phase = openLoop.ask(name, load.perSecond(), length, Optional.of(load.deadline()));
        openLoop.settle(phase);
        return phase;
    }
}
