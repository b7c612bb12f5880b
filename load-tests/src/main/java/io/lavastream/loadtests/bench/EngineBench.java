package io.lavastream.loadtests.bench;

import java.nio.file.Path;
import java.util.function.Consumer;

/** The whole of {@code bench engine}, stage by stage. */
final class EngineBench {
    private final BenchSettings settings;
    private final Report report;
    private final Consumer<String> progress;

    EngineBench(BenchSettings settings, Report report, Consumer<String> progress) {
        this.settings = settings;
        this.report = report;
        this.progress = progress;
    }

    void run() {
        progress.accept("checkpoint");
        Path checkpoint =
                BenchCheckpoint.in(settings.directory(), settings.shape(), settings.weights());
        progress.accept("engine");
        new EngineStages(settings, checkpoint, report, progress).run();
        FloorMeter floors = new FloorMeter(settings.threads());
        if (settings.hasAny(Stage.LOAD, Stage.VISION, Stage.PREFILL, Stage.DECODE)) {
            progress.accept("model");
            new ModelStages(settings, checkpoint, floors, report, progress).run();
        }
        if (settings.has(Stage.FLOORS)) {
            progress.accept("floors of the machine");
            floors.measureReading();
            floors.measureComputing();
        }
        floors.report(report);
    }
}
