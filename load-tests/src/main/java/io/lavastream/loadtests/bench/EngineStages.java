package io.lavastream.loadtests.bench;

import io.lavastream.engine.checkpoint.Checkpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The engine as its callers see it: through {@code submit}, with scheduler, text and waiting. */
final class EngineStages {
    private static final int WORDS = 8;
    private static final int FEW_TOKENS = 4;

    private final BenchSettings settings;
    private final Path checkpoint;
    private final Report report;
    private final Consumer<String> remarks;

    EngineStages(BenchSettings settings, Path checkpoint, Report report, Consumer<String> remarks) {
        this.settings = settings;
        this.checkpoint = checkpoint;
        this.report = report;
        this.remarks = remarks;
    }

    void run() {
        if (settings.opensEngineOfSlots()) {
            try (EngineUnderTest engine = EngineUnderTest.open(checkpoint, settings)) {
                withSlots(engine);
            }
        }
        if (settings.has(Stage.GAP)) {
            remarks.accept("engine with a long slot");
            try (EngineUnderTest engine =
                    EngineUnderTest.withLongSlot(checkpoint, settings, GapStage.LONG_SLOT)) {
                new GapStage(engine, settings.slots(), report).run();
            }
        }
    }

    private void withSlots(EngineUnderTest engine) {
        if (settings.has(Stage.LOAD)) {
            report.add(Figure.of("open", engine.openSeconds(), "s"));
        }
        if (settings.has(Stage.MEMORY)) {
            memory(engine);
        }
        if (settings.has(Stage.OVERHEAD)) {
            new OverheadStage(engine, settings.slots(), report).run();
        }
        if (settings.has(Stage.REUSE)) {
            new ReuseStage(engine, settings.promptTokens(), report).run();
        }
        if (settings.has(Stage.MIXED)) {
            new MixedStage(engine, settings, report).run();
        }
        settings.steps().ifPresent(steps -> new FlatnessStage(engine, settings, report).run(steps));
    }

    /** The peak of loading and of full slots, one of them with an image. Nothing else may have run in the process. */
    private void memory(EngineUnderTest engine) {
        List<Follower> followers = new ArrayList<>();
        followers.add(engine.submit(List.of(engine.requests().image()), WORDS, FEW_TOKENS));
        while (followers.size() < settings.slots()) {
            followers.add(engine.submit(List.of(), WORDS, FEW_TOKENS));
        }
        followers.forEach(Follower::await);
        double weights;
        double cache;
        try (Checkpoint open = Checkpoint.open(checkpoint)) {
            ModelWork work = new ModelWork(open.config(), settings.weights());
            weights = work.keptBytes(open::type) / (1 << 20);
            cache =
                    (double) settings.slots()
                            * BenchSettings.SLOT_LENGTH
                            * work.cacheBytesPerPosition()
                            / (1 << 20);
        }
        report.add(
                Figure.of("memory", ProcessMemory.peakMib(), "MiB")
                        .withSequences(settings.slots())
                        .withGoal(Optional.of(Goals.memory(weights + cache))));
        report.add(Figure.of("memory_weights", weights, "MiB"));
        report.add(Figure.of("memory_cache", cache, "MiB"));
    }
}
