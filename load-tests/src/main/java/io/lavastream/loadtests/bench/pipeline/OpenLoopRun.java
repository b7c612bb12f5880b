package io.lavastream.loadtests.bench.pipeline;

import io.lavastream.ingest.IngestConfig.Delivery;
import io.lavastream.loadtests.bench.Figure;
import io.lavastream.loadtests.bench.Goal;
import io.lavastream.loadtests.bench.Report;
import io.lavastream.loadtests.installation.Installation;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;

/** Questions at random moments, and how long each waits for its answer, from when it was to be sent. */
final class OpenLoopRun {
    private static final double[] PERCENTILES = {50, 95, 99, 100};
    private static final Optional<Goal> NONE = Optional.of(Goal.atMost(Goal.Part.VALUE, 0));

    /** From the last question to the last outcome. */
    private static final Duration SETTLE_LIMIT = Duration.ofMinutes(2);

    /** A doubled outcome would come within this. */
    static final Duration AFTERMATH = Duration.ofSeconds(2);

    /** The load that the goals are about, and what the pipeline may add to a stub's answer there. */
    private static final double GOAL_RATE = 50;

    private static final double GOAL_AT_LEAST_ONCE_MS = 60;
    private static final double GOAL_EXACTLY_ONCE_MS = 150;

    private final PipelineSettings settings;
    private final PipelineBench.Service service;
    private final Report report;
    private final Consumer<String> progress;

    OpenLoopRun(
            PipelineSettings settings,
            PipelineBench.Service service,
            Report report,
            Consumer<String> progress) {
        this.settings = settings;
        this.service = service;
        this.report = report;
        this.progress = progress;
    }

    void run(double perSecond) throws IOException, InterruptedException {
        warmUp(perSecond);
        progress.accept("questions at %s a second".formatted(perSecond));
        Installation installation = service.installation();
        ServiceTimes before = ServiceTimes.now(installation);
        long begin = System.nanoTime();
        Phase phase = ask("measured", perSecond, settings.duration());
        long end = System.nanoTime();
        double seconds = (end - begin) / 1e9;
        ServiceTimes times = ServiceTimes.now(installation).since(before);
        settle(phase);
        TimeUnit.NANOSECONDS.sleep(AFTERMATH.toNanos());
        report.add(Figure.of("asked", phase.asked(), "questions"));
        report.add(
                Figure.of("throughput", phase.answeredBetween(begin, end) / seconds, "answers/s"));
        reportLatencies("latency", phase, goal(perSecond));
        reportOutcomes("", phase);
        times.seconds()
                .forEach(
                        (role, taken) ->
                                report.add(Figure.of("cpu_" + role, taken / seconds, "cores")));
        if (settings.model() instanceof PipelineSettings.Served) {
            report.add(
                    Figure.of(
                            "engine_share",
                            times.engineSeconds() / (times.engineSeconds() + times.outsideEngine()),
                            "of CPU time"));
        }
    }

    /** Asks for as long as the settings say, so that nothing is done for the first time later. */
    void warmUp(double perSecond) throws InterruptedException {
        progress.accept("warm-up");
        Phase phase = ask("warm-up", perSecond, settings.warmUp());
        if (!settle(phase) || !phase.failures().isEmpty()) {
            throw new IllegalStateException(
                    "warm-up: %d questions without an outcome, failed: %s (expected: all answered)"
                            .formatted(phase.open(), phase.failures()));
        }
    }

    /** Asks for {@code length}, and returns after the last question. */
    Phase ask(String name, double perSecond, Duration length) {
        return ask(name, perSecond, length, Optional.empty());
    }

    /** The same of questions that are good for {@code deadline} only, from when each was to be sent. */
    Phase ask(String name, double perSecond, Duration length, Optional<Duration> deadline) {
        Phase phase = service.phases().begin(name);
        service.sender()
                .openLoop(
                        phase,
                        settings.lane(),
                        Arrivals.of(perSecond, length, settings.seed() + name.hashCode()),
                        deadline);
        return phase;
    }

    /** Waits for the outcomes of all that was asked; false where some are missing. */
    boolean settle(Phase phase) throws InterruptedException {
        return phase.awaitOpenAtMost(0, SETTLE_LIMIT);
    }

    void reportLatencies(String name, Phase phase, Optional<Goal> goalOfP99) {
        if (phase.answered() > 0) {
            reportPercentiles(name, phase::latency, goalOfP99);
        }
    }

    /** @param milliseconds that so many percent did not exceed */
    void reportPercentiles(
            String name, DoubleUnaryOperator milliseconds, Optional<Goal> goalOfP99) {
        for (double percent : PERCENTILES) {
            Figure figure =
                    Figure.of(
                            "%s_%s"
                                    .formatted(
                                            name,
                                            percent == 100 ? "max" : "p%.0f".formatted(percent)),
                            milliseconds.applyAsDouble(percent),
                            "ms");
            report.add(percent == 99 ? figure.withGoal(goalOfP99) : figure);
        }
    }

    /** What is without an outcome, has more than one, or failed; names begin with {@code prefix}. */
    void reportOutcomes(String prefix, Phase phase) {
        reportMissingAndDoubled(prefix, phase);
        for (Map.Entry<String, Integer> failed : phase.failures().entrySet()) {
            report.add(
                    Figure.of(prefix + "failed_" + failed.getKey(), failed.getValue(), "questions")
                            .withGoal(NONE));
        }
    }

    /** What is without an outcome, or has more than one. */
    void reportMissingAndDoubled(String prefix, Phase phase) {
        report.add(Figure.of(prefix + "unanswered", phase.open(), "questions").withGoal(NONE));
        report.add(Figure.of(prefix + "doubled", phase.repeated(), "questions").withGoal(NONE));
    }

    private Optional<Goal> goal(double perSecond) {
        if (perSecond > GOAL_RATE || !(settings.model() instanceof PipelineSettings.Stub stub)) {
            return Optional.empty();
        }
        double added =
                settings.delivery() == Delivery.EXACTLY_ONCE
                        ? GOAL_EXACTLY_ONCE_MS
                        : GOAL_AT_LEAST_ONCE_MS;
        return Optional.of(Goal.atMost(Goal.Part.VALUE, stub.latency().toMillis() + added));
    }
}
