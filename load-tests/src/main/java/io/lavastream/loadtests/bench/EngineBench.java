package io.lavastream.loadtests.bench;

import java.nio.file.Path;
import java.util.function.Consumer;

/** The whole of {@code bench engine}, stage by stage. */
final class EngineBench {
    private static final double GIGA = 1e9;

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
        progress.accept("floors of the machine");
        Floors floors = floors();
        progress.accept("model");
        new ModelStages(settings, checkpoint, floors, report).run();
    }

    private Floors floors() {
        Floors floors =
                new Floors(
                        MemoryBandwidth.measure(settings.threads()),
                        LargeProduct.tensorFlow(settings.threads()),
                        LargeProduct.onnxRuntime(settings.threads()));
        report.add(Figure.of("bandwidth", floors.bandwidth() / GIGA, "GB/s"));
        report.add(Figure.of("product_tensorflow", floors.tensorFlow() / GIGA, "GFLOP/s"));
        report.add(Figure.of("product_onnxruntime", floors.onnxRuntime() / GIGA, "GFLOP/s"));
        return floors;
    }
}
