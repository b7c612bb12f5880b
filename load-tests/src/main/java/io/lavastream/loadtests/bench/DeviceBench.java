package io.lavastream.loadtests.bench;

import io.lavastream.engine.DeviceSettings;
import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.GenerationListener;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.image.PixelValues;
import io.lavastream.engine.model.Devices;
import io.lavastream.engine.model.ModelSettings;
import io.lavastream.engine.model.RunTrace;
import io.lavastream.engine.runtime.LlavaEngine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.tensorflow.proto.RunMetadata;

/**
 * What a device does: where the operations run, a decode step of more and more sequences, and answers a second at growing
 * concurrency, each about an image of its own.
 */
final class DeviceBench {
    private static final int STEPS = 10;
    private static final int STEP_ROUNDS = 3;

    /** Goals on an H200, for the 7B shape in 16 bits; reading the weights once takes it 2.8 ms. */
    private static final double READ_MS = 2.8;

    private static final double SHORT_ANSWERS = 56;
    private static final double CAPTIONS = 32;

    private final DeviceBenchSettings settings;
    private final DeviceSettings wanted;
    private final Report report;
    private final Consumer<String> progress;

    DeviceBench(
            DeviceBenchSettings settings,
            DeviceSettings wanted,
            Report report,
            Consumer<String> progress) {
        this.settings = settings;
        this.wanted = wanted;
        this.report = report;
        this.progress = progress;
    }

    void run() {
        Devices.Choice choice = Devices.choose(wanted);
        progress.accept("device " + choice);
        progress.accept("checkpoint");
        Path checkpoint =
                BenchCheckpoint.in(settings.directory(), settings.shape(), settings.weights());
        boolean targeted = settings.isTargeted(choice.device());
        progress.accept("model");
        try (ModelUnderTest model = ModelUnderTest.open(checkpoint, modelSettings(choice))) {
            report.add(Figure.of("load", model.loadSeconds(), "s"));
            report.add(Figure.of("warmup", model.warmUpSeconds(), "s"));
            placement(model, choice.device().gpu().isPresent());
            stages(model);
            settings.decodeAt().forEach(sequences -> decode(model, sequences, targeted));
        }
        progress.accept("engine");
        try (LlavaEngine engine = LlavaEngine.open(engineConfig(checkpoint))) {
            int words = words(engine);
            answers(
                    engine,
                    words,
                    "short_answers",
                    settings.shortTokens(),
                    goal(targeted, SHORT_ANSWERS));
            answers(engine, words, "captions", settings.captionTokens(), goal(targeted, CAPTIONS));
        }
    }

    private ModelSettings modelSettings(Devices.Choice choice) {
        return ModelSettings.of(settings.mostDecoding(), settings.slotLength())
                .withWeights(settings.weights())
                .withDevice(choice.device());
    }

    private EngineConfig engineConfig(Path checkpoint) {
        return EngineConfig.defaults(checkpoint)
                .withDevice(wanted)
                .withWeights(settings.weights())
                .withSlots(settings.mostConcurrent())
                .withSlotLength(settings.slotLength())
                .withReservedSlots(0);
    }

    /** Operations on floats that the host does; a GPU's host shall do none. */
    private void placement(ModelUnderTest model, boolean gpu) {
        PixelValues image = model.noise();
        int[] positions = positions(settings.decodeAt().get(0));
        List<RunMetadata> runs = new ArrayList<>();
        runs.addAll(RunTrace.of(() -> model.encodeImage(image)));
        runs.addAll(RunTrace.of(() -> model.prefill(model.prompt(settings.promptTokens()))));
        runs.addAll(RunTrace.of(() -> model.decode(positions)));
        List<String> onHost = Placement.floatsOnHost(runs);
        report.add(
                Figure.of("float_operations_on_host", onHost.size(), "operations")
                        .withGoal(
                                gpu
                                        ? Optional.of(Goal.atMost(Goal.Part.VALUE, 0))
                                        : Optional.empty()));
        if (gpu) {
            onHost.forEach(operation -> progress.accept("on the host: " + operation));
        }
    }

    private void stages(ModelUnderTest model) {
        PixelValues image = model.noise();
        Prompt prompt = model.prompt(settings.promptTokens());
        report.add(Figure.of("vision", seconds(1, () -> model.encodeImage(image)), "s/image"));
        report.add(Figure.of("prefill", seconds(1, () -> model.prefill(prompt)), "s"));
    }

    private void decode(ModelUnderTest model, int sequences, boolean targeted) {
        int[] positions = positions(sequences);
        double step = seconds(STEPS, () -> model.decode(positions));
        Figure figure = Figure.of("decode_step", step * 1000, "ms").withSequences(sequences);
        report.add(
                targeted && sequences == 1
                        ? figure.withFloorRatio(OptionalDouble.of(step * 1000 / READ_MS))
                                .withGoal(Optional.of(Goal.atMost(Goal.Part.FLOOR_RATIO, 2)))
                        : figure);
        report.add(Figure.of("decode", sequences / step, "tokens/s").withSequences(sequences));
    }

    private int[] positions(int sequences) {
        int[] positions = new int[sequences];
        Arrays.fill(positions, settings.decodePosition());
        return positions;
    }

    /** The goal is for the best concurrency. */
    private void answers(
            LlavaEngine engine, int words, String name, int newTokens, Optional<Goal> goal) {
        double best = 0;
        for (int concurrency : settings.concurrency()) {
            double rate = rate(engine, words, newTokens, concurrency);
            report.add(Figure.of(name, rate, "answers/s").withSequences(concurrency));
            best = Math.max(best, rate);
        }
        report.add(Figure.of(name + "_best", best, "answers/s").withGoal(goal));
    }

    private double rate(LlavaEngine engine, int words, int newTokens, int concurrency) {
        Requests requests = new Requests(1000L * newTokens + concurrency);
        List<GenerationRequest> made = new ArrayList<>();
        for (int i = 0; i < settings.rounds() * concurrency; i++) {
            made.add(requests.of(List.of(requests.image()), words, newTokens));
        }
        Semaphore places = new Semaphore(concurrency);
        List<CompletableFuture<?>> answers = new ArrayList<>();
        long begin = System.nanoTime();
        for (GenerationRequest request : made) {
            places.acquireUninterruptibly();
            answers.add(
                    engine.submit(request, GenerationListener.NONE)
                            .result()
                            .whenComplete((result, failure) -> places.release()));
        }
        answers.forEach(CompletableFuture::join);
        return made.size() / ((System.nanoTime() - begin) / 1e9);
    }

    /** Words of a question that make a prompt of the wanted length. */
    private int words(LlavaEngine engine) {
        Requests requests = new Requests(0);
        EncodedImage image = requests.image();
        int withOne =
                engine.submit(requests.of(List.of(image), 1, 1), GenerationListener.NONE)
                        .result()
                        .join()
                        .tokens()
                        .prompt();
        return Math.max(1, settings.promptTokens() - withOne + 1);
    }

    private static double seconds(int times, Runnable work) {
        return Turns.take(STEP_ROUNDS, times, Optional.empty(), work, Optional.empty()).ours();
    }

    private static Optional<Goal> goal(boolean targeted, double rate) {
        return targeted ? Optional.of(Goal.atLeast(Goal.Part.VALUE, rate)) : Optional.empty();
    }
}
