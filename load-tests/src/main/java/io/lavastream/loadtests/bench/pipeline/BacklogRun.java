package io.lavastream.loadtests.bench.pipeline;

import io.lavastream.engine.EngineConfig;
import io.lavastream.loadtests.bench.Figure;
import io.lavastream.loadtests.bench.Goal;
import io.lavastream.loadtests.bench.Report;
import io.lavastream.standalone.cli.Home;
import io.lavastream.standalone.service.Role;
import io.lavastream.topics.Lanes;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What one lane notices of a backlog on the other: first the lane alone, then the backlog alone, then both. And what the backlog takes
 * in memory: while the rest comes
 * after a tenth of it, and while it is worked off.
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

    void run(PipelineSettings.BesideBacklog load) throws IOException, InterruptedException {
        progress.accept("warm-up");
        openLoop.phase("warm-up", load.perSecond(), settings.warmUp());
        progress.accept(settings.lane() + " alone");
        Phase alone = openLoop.phase("alone", load.perSecond(), settings.duration());
        openLoop.reportLatencies("latency_alone", alone, Optional.empty());
        openLoop.reportOutcomes(alone);

        Phase backlog = service.phases().begin("backlog");
        send(backlog, load.questions());
        if (!backlog.awaitAnswer(FIRST_ANSWER_LIMIT)) {
            throw new IllegalStateException(
                    "no answer of %s within %s".formatted(other, FIRST_ANSWER_LIMIT));
        }
        Map<Role, Double> working = resident();
        progress.accept(other + " alone");
        long begin = System.nanoTime();
        TimeUnit.NANOSECONDS.sleep(settings.duration().toNanos());
        double perSecondAlone = perSecond(backlog, begin, System.nanoTime());

        progress.accept("both");
        begin = System.nanoTime();
        Phase beside = openLoop.phase("beside", load.perSecond(), settings.duration());
        double perSecondBeside = perSecond(backlog, begin, System.nanoTime());
        int left = backlog.open();
        if (left == 0) {
            throw new IllegalArgumentException(
                    "backlog: %d (expected: more, it ended before the measurement did)"
                            .formatted(load.questions()));
        }
        report.add(Figure.of("backlog_left", left, "questions"));
        openLoop.reportLatencies("latency", beside, goal(alone));
        openLoop.reportOutcomes(beside);
        report.add(Figure.of("backlog_alone", perSecondAlone, "answers/s"));
        report.add(Figure.of("backlog_beside", perSecondBeside, "answers/s"));
        report.add(
                Figure.of("backlog_share", perSecondBeside / perSecondAlone, "of alone")
                        .withGoal(Optional.of(Goal.atLeast(Goal.Part.VALUE, GOAL_SHARE))));
        for (Map.Entry<String, Integer> failed : backlog.failures().entrySet()) {
            report.add(
                    Figure.of("backlog_failed_" + failed.getKey(), failed.getValue(), "questions"));
        }
        reportGrowth("memory_growth_working", working);
    }

    private void send(Phase backlog, int questions) throws IOException {
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

    private Map<Role, Double> resident() throws IOException {
        Map<Role, Double> resident = new EnumMap<>(Role.class);
        for (Role role : Role.values()) {
            resident.put(role, Resident.mib(service.installation().unit(role).process()));
        }
        return resident;
    }

    private void reportGrowth(String name, Map<Role, Double> earlier) throws IOException {
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

    private Optional<Goal> goal(Phase alone) {
        if (settings.model() instanceof PipelineSettings.Stub || alone.answered() == 0) {
            return Optional.empty();
        }
        double quantum =
                EngineConfig.defaults(
                                ((PipelineSettings.Served) settings.model())
                                        .directory()
                                        .orElseGet(Home::model))
                        .quantumOfBulk()
                        .toMillis();
        return Optional.of(
                Goal.atMost(Goal.Part.VALUE, GOAL_P99_RATIO * alone.latency(99) + quantum));
    }
}
