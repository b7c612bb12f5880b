package io.lavastream.loadtests.bench;

import io.lavastream.engine.image.PixelValues;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/** The model's own stages, without scheduler, text and waiting: what one piece of work takes. */
final class ModelStages {
    /** Where sequences stand while they decode: behind a prompt with an image, in the middle of an answer. */
    private static final int POSITION = 700;

    private static final int SHORT = 100;
    private static final int LONG = 1000;
    private static final int[] SEQUENCES = {1, 4, 8, 16};
    private static final int MIXED = 8;

    private static final int LONG_ROUNDS = 3;
    private static final int STEP_ROUNDS = 5;
    private static final int STEPS = 6;

    private final BenchSettings settings;
    private final Path checkpoint;
    private final Floors floors;
    private final Report report;

    ModelStages(BenchSettings settings, Path checkpoint, Floors floors, Report report) {
        this.settings = settings;
        this.checkpoint = checkpoint;
        this.floors = floors;
        this.report = report;
    }

    void run() {
        double oneSequence;
        try (ModelUnderTest model = ModelUnderTest.open(checkpoint, settings, settings.slots())) {
            ModelWork work = new ModelWork(model.config(), settings.weights());
            if (settings.has(Stage.LOAD)) {
                report.add(Figure.of("load", model.loadSeconds(), "s"));
                report.add(Figure.of("warmup", model.warmUpSeconds(), "s"));
            }
            if (settings.has(Stage.VISION)) {
                vision(model, work);
            }
            if (settings.has(Stage.PREFILL)) {
                prefill(model, work);
            }
            if (!settings.has(Stage.DECODE)) {
                return;
            }
            oneSequence = decode(model, work);
            mixedLengths(model);
        }
        if (settings.slots() > 1) {
            besideOneSlot(oneSequence);
        }
    }

    private void vision(ModelUnderTest model, ModelWork work) {
        PixelValues image = model.noise();
        Turns turns = Turns.take(LONG_ROUNDS, 1, () -> model.encodeImage(image), Optional.empty());
        report.add(
                Figure.of("vision", turns.ours(), "s/image")
                        .withFloorRatio(
                                turns.ours() / floors.secondsToCompute(work.visionOperations()))
                        .withPeerRatio(turns.ratio()));
    }

    private void prefill(ModelUnderTest model, ModelWork work) {
        int length = settings.promptTokens();
        float[] features =
                new float[model.config().imageTokens() * model.config().text().hiddenSize()];
        Turns turns =
                Turns.take(
                        LONG_ROUNDS, 1, () -> model.prefill(0, length, features), Optional.empty());
        report.add(
                Figure.of("prefill", turns.ours(), "s")
                        .withFloorRatio(
                                turns.ours()
                                        / floors.secondsToCompute(work.prefillOperations(length)))
                        .withPeerRatio(turns.ratio()));
        report.add(Figure.of("prefill_rate", length / turns.ours(), "tokens/s"));
    }

    /** Steps of more and more sequences; returns the seconds of the first. */
    private double decode(ModelUnderTest model, ModelWork work) {
        double first = 0;
        for (int sequences : SEQUENCES) {
            if (sequences > model.slots()) {
                break;
            }
            int[] positions = new int[sequences];
            Arrays.fill(positions, POSITION);
            Turns turns = step(model, positions);
            first = sequences == 1 ? turns.ours() : first;
            double floor = floors.secondsToRead(work.decodeBytes(sequences, POSITION + 1));
            report.add(
                    Figure.of("decode", sequences / turns.ours(), "tokens/s")
                            .withSequences(sequences)
                            .withFloorRatio(turns.ours() / floor)
                            .withPeerRatio(turns.ratio()));
        }
        return first;
    }

    /**
     * One long sequence beside seven short ones, over eight short ones: its own attention, which is what it takes more than a
     * short one when either is alone, does not count.
     */
    private void mixedLengths(ModelUnderTest model) {
        if (model.slots() < MIXED) {
            return;
        }
        int[] allShort = IntStream.range(0, MIXED).map(i -> SHORT).toArray();
        int[] oneLong = allShort.clone();
        oneLong[0] = LONG;
        double ownAttention = step(model, LONG).ours() - step(model, SHORT).ours();
        double beside = step(model, oneLong).ours() - Math.max(0, ownAttention);
        report.add(
                Figure.of("decode_mixed_lengths", beside / step(model, allShort).ours(), "ratio"));
    }

    /** A single sequence's step in the engine of many slots, over that of an engine with one slot. */
    private void besideOneSlot(double seconds) {
        try (ModelUnderTest one = ModelUnderTest.open(checkpoint, settings, 1)) {
            double alone = step(one, POSITION).ours();
            report.add(Figure.of("decode_beside_one_slot", seconds / alone, "ratio"));
        }
    }

    private static Turns step(ModelUnderTest model, int... positions) {
        return Turns.take(STEP_ROUNDS, STEPS, () -> model.decode(positions), Optional.empty());
    }
}
