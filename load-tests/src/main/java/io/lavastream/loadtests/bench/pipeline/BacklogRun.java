package io.lavastream.loadtests.bench.pipeline;

import io.lavastream.engine.EngineConfig;
import io.lavastream.loadtests.bench.Figure;
import io.lavastream.loadtests.bench.Goal;
import io.lavastream.loadtests.bench.ProcessMemory;
import io.lavastream.loadtests.bench.Report;
import io.lavastream.standalone.service.Role;
import io.lavastream.topics.Lanes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What one lane notices of a backlog on the other: first the lane alone, then the backlog alone, then both. And what the backlog
 * takes in memory: while the rest of it comes after the first tenth, and while it is worked off.
 */
final class BacklogRun {
    private static final Duration FIRST_ANSWER_LIMIT = Duration.ofMinutes(5);
    private static final int PARTS = 10;

    /** Of its percentile alone, beside one quantum. */
    private static final double GOAL_P99_RATIO = 1.3;

    /** Of its throughput alone. */
    private static final double GOAL_SHARE = 0.75;

    private final PipelineSettings settings;
    private final PipelineBench.Service service;
    private final Report report;
    private final Consumer<String> progress;
    private final OpenLoopRun openLoop;
    private final String other;

    BacklogRun(
            PipelineSettings settings,
            PipelineBench.Service service,
            Report report,
            Consumer<String> progress) {
        this.settings = settings;
        this.service = service;
        this.report = report;
        this.progress = progress;
        openLoop = new OpenLoopRun(settings, service, report, progress);
        other =
                Lanes.DEFAULT.stream()
                        .filter(lane -> !lane.equals(settings.lane()))
                        .findFirst()
                        .orElseThrow();
    }

    void run(PipelineSettings.BesideBacklog load) throws InterruptedException {
        openLoop.warmUp(load.perSecond());
        progress.accept(settings.lane() + " alone");
        Phase alone = openLoop.ask("alone", load.perSecond(), settings.duration());
        openLoop.settle(alone);
        openLoop.reportLatencies("latency_alone", alone, Optional.empty());

        Phase backlog = service.phases().begin("backlog");
        send(backlog, load.questions());
        if (!backlog.awaitAnswer(FIRST_ANSWER_LIMIT)) {
            throw new IllegalStateException(
                    "no answer of %s within %s".formatted(other, FIRST_ANSWER_LIMIT));
        }
        sleep(settings.warmUp()); // Ingest is still admitting.
        Map<Role, Double> working = resident();
        progress.accept(other + " alone");
        long begin = System.nanoTime();
        sleep(settings.duration());
        double perSecondAlone = perSecond(backlog, begin, System.nanoTime());

        progress.accept("both");
        begin = System.nanoTime();
        Phase beside = openLoop.ask("beside", load.perSecond(), settings.duration());
        double perSecondBeside = perSecond(backlog, begin, System.nanoTime());
        openLoop.settle(beside);
        sleep(OpenLoopRun.AFTERMATH);
        requireBacklog(load, backlog, perSecondAlone);
        openLoop.reportLatencies("latency", beside, goalOfLatency(alone));
        report.add(Figure.of("backlog_left", backlog.open(), "questions"));
        report.add(Figure.of("backlog_alone", perSecondAlone, "answers/s"));
        report.add(Figure.of("backlog_beside", perSecondBeside, "answers/s"));
        report.add(
                Figure.of("backlog_share", perSecondBeside / perSecondAlone, "of alone")
                        .withGoal(goalOfShare()));
        openLoop.reportOutcomes("alone_", alone);
        openLoop.reportOutcomes("", beside);
        for (Map.Entry<String, Integer> failed : backlog.failures().entrySet()) {
            report.add(
                    Figure.of("backlog_failed_" + failed.getKey(), failed.getValue(), "questions"));
        }
        reportGrowth("memory_growth_working", working);
    }

    private static void requireBacklog(
            PipelineSettings.BesideBacklog load, Phase backlog, double perSecondAlone) {
        if (backlog.open() == 0) {
            throw new IllegalArgumentException(
                    "backlog: %d (expected: more, it ended before the measurement did)"
                            .formatted(load.questions()));
        }
        if (perSecondAlone == 0) {
            throw new IllegalArgumentException(
                    "duration: too short, nothing of the backlog was answered (expected: longer)");
        }
    }

    private void send(Phase backlog, int questions) {
        progress.accept("%d questions on %s".formatted(questions, other));
        long begin = System.nanoTime();
        service.sender().atOnce(backlog, other, 0, questions / PARTS);
        Map<Role, Double> receiving = resident();
        service.sender().atOnce(backlog, other, questions / PARTS, questions);
        report.add(
                Figure.of(
                        "backlog_sent",
                        questions * 1e9 / (System.nanoTime() - begin),
                        "questions/s"));
        reportGrowth("memory_growth_receiving", receiving);
    }

    private Map<Role, Double> resident() {
        Map<Role, Double> resident = new EnumMap<>(Role.class);
        for (Role role : Role.values()) {
            resident.put(
                    role, ProcessMemory.residentMib(service.installation().unit(role).process()));
        }
        return resident;
    }

    private void reportGrowth(String name, Map<Role, Double> earlier) {
        resident()
                .forEach(
                        (role, now) ->
                                report.add(
                                        Figure.of(
                                                "%s_%s".formatted(name, role),
                                                now - earlier.get(role),
                                                "MiB")));
    }

    private static double perSecond(Phase phase, long from, long to) {
        return phase.answeredBetween(from, to) * 1e9 / (to - from);
    }

    private Optional<Goal> goalOfLatency(Phase alone) {
        if (!hasGoals() || alone.answered() == 0) {
            return Optional.empty();
        }
        Path model = ((PipelineSettings.Served) settings.model()).directory();
        double quantum = EngineConfig.defaults(model).quantumOfBulk().toMillis();
        return Optional.of(
                Goal.atMost(Goal.Part.VALUE, GOAL_P99_RATIO * alone.latency(99) + quantum));
    }

    private Optional<Goal> goalOfShare() {
        return hasGoals()
                ? Optional.of(Goal.atLeast(Goal.Part.VALUE, GOAL_SHARE))
                : Optional.empty();
    }

    /** They are about a model, whose slots the lanes share, and about the lane that comes first. */
    private boolean hasGoals() {
        return settings.model() instanceof PipelineSettings.Served
                && settings.lane().equals(Lanes.DEFAULT.get(0));
    }

    private static void sleep(Duration length) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(length.toNanos());
    }
}
