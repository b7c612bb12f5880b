package io.lavastream.loadtests.bench;

import io.lavastream.engine.image.PixelValues;
import io.lavastream.loadtests.bench.onnx.ExportedDecoder;
import io.lavastream.loadtests.bench.onnx.PeerModel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** The model's own stages, without scheduler, text and waiting: what one piece of work takes. */
final class ModelStages {
    /** Where sequences stand while they decode: behind a prompt with an image, in the middle of an answer. */
    static final int POSITION = 700;

    private static final int SHORT = 100;
    private static final int LONG = 1000;
    static final List<Integer> SEQUENCES = List.of(1, 4, 8, 16);
    private static final int MIXED = 8;

    /** Turns of what takes a second. */
    private static final int LONG_ROUNDS = 11;

    /** Of shapes of which it takes a minute, and of the one that is there to try the bench itself, whose floors take longer than all else. */
    private static final int FEW_ROUNDS = 3;

    private static final int STEP_ROUNDS = 9;
    private static final int STEPS = 6;

    private final BenchSettings settings;
    private final Path checkpoint;
    private final FloorMeter floors;
    private final Report report;
    private final Consumer<String> profiles;

    ModelStages(
            BenchSettings settings,
            Path checkpoint,
            FloorMeter floors,
            Report report,
            Consumer<String> profiles) {
        this.profiles = profiles;
        this.settings = settings;
        this.checkpoint = checkpoint;
        this.floors = floors;
        this.report = report;
    }

    void run() {
        try (ModelUnderTest model = ModelUnderTest.open(checkpoint, settings, settings.slots())) {
            if (settings.has(Stage.LOAD)) {
                load(model);
            }
            if (settings.profile()) {
                new ModelProfile(model, settings, profiles).run();
            }
            if (!settings.peer()) {
                measure(model, Optional.empty());
                return;
            }
            try (PeerModel peer =
                    PeerModel.open(checkpoint, BenchSettings.SLOT_LENGTH, settings.threads())) {
                new PeerComparison(model, peer, report).run(settings.promptTokens());
                measure(model, Optional.of(peer));
            }
        }
    }

    /** Where an engine was opened before, its files are in memory, and what loads them is compiled. */
    private void load(ModelUnderTest model) {
        report.add(Figure.of("load", model.loadSeconds(), "s"));
        report.add(Figure.of("warmup", model.warmUpSeconds(), "s"));
    }

    private void measure(ModelUnderTest model, Optional<PeerModel> peer) {
        ModelWork work = new ModelWork(model.config(), settings.weights());
        if (settings.has(Stage.VISION)) {
            vision(model, peer, work);
        }
        if (settings.has(Stage.PREFILL)) {
            prefill(model, peer, work);
        }
        if (settings.has(Stage.DECODE)) {
            decode(model, peer, work);
            peer.ifPresent(other -> besideExported(model, other));
            mixedLengths(model);
            besideOneSlot(model);
        }
    }

    private void vision(ModelUnderTest model, Optional<PeerModel> peer, ModelWork work) {
        PixelValues image = model.noise();
        Turns turns =
                Turns.take(
                        longRounds(),
                        1,
                        Optional.of(floors.computing(work.visionOperations())),
                        () -> model.encodeImage(image),
                        peer.map(other -> () -> other.encodeImage(image.values())));
        report.add(
                Figure.of("vision", turns.ours(), "s/image")
                        .withFloorRatio(turns.floorRatio())
                        .withPeerRatio(turns.ratio()));
    }

    private void prefill(ModelUnderTest model, Optional<PeerModel> peer, ModelWork work) {
        Prompt prompt = model.prompt(settings.promptTokens());
        Optional<PeerModel.Batch> batch = peer.map(other -> other.batch(1));
        try {
            Turns turns =
                    Turns.take(
                            longRounds(),
                            1,
                            Optional.of(floors.computing(work.prefillOperations(prompt.length()))),
                            () -> model.prefill(prompt),
                            batch.map(other -> () -> prefill(other, prompt)));
            report.add(
                    Figure.of("prefill", turns.ours(), "s")
                            .withFloorRatio(turns.floorRatio())
                            .withPeerRatio(turns.ratio()));
            report.add(Figure.of("prefill_rate", prompt.length() / turns.ours(), "tokens/s"));
        } finally {
            batch.ifPresent(PeerModel.Batch::close);
        }
    }

    private int longRounds() {
        return settings.isLarge() || settings.isTiny() ? FEW_ROUNDS : LONG_ROUNDS;
    }

    private int stepRounds() {
        return settings.isTiny() ? FEW_ROUNDS : STEP_ROUNDS;
    }

    private static float[] prefill(PeerModel.Batch batch, Prompt prompt) {
        return batch.prefill(prompt.tokens(), prompt.rows(), prompt.features());
    }

    /** Steps of more and more sequences. */
    private void decode(ModelUnderTest model, Optional<PeerModel> peer, ModelWork work) {
        for (int sequences : SEQUENCES) {
            if (sequences > model.slots()) {
                break;
            }
            Turns turns = decode(model, peer, work, sequences);
            report.add(
                    Figure.of("decode", sequences / turns.ours(), "tokens/s")
                            .withSequences(sequences)
                            .withFloorRatio(turns.floorRatio())
                            .withPeerRatio(turns.ratio()));
        }
    }

    private Turns decode(
            ModelUnderTest model, Optional<PeerModel> peer, ModelWork work, int sequences) {
        int[] positions = positions(sequences);
        int[] tokens = ModelUnderTest.tokens(sequences);
        Optional<PeerModel.Batch> batch = peer.map(other -> other.batch(sequences));
        try {
            return Turns.take(
                    stepRounds(),
                    STEPS,
                    Optional.of(floors.reading(work.decodeBytes(sequences, POSITION + 1))),
                    () -> model.decode(positions),
                    batch.map(other -> () -> other.decode(tokens, POSITION)));
        } finally {
            batch.ifPresent(PeerModel.Batch::close);
        }
    }

    /** Beside the same decoder as it is exported, which copies its cache at each step: for orientation. */
    private void besideExported(ModelUnderTest model, PeerModel peer) {
        if (settings.isLarge()) {
            return;
        }
        try (ExportedDecoder exported =
                ExportedDecoder.open(checkpoint, BenchSettings.SLOT_LENGTH, settings.threads())) {
            new PeerComparison(model, peer, report).run(exported);
            for (int sequences : SEQUENCES) {
                if (sequences > model.slots()) {
                    break;
                }
                besideExported(model, exported, sequences);
            }
        }
    }

    private void besideExported(ModelUnderTest model, ExportedDecoder exported, int sequences) {
        int[] positions = positions(sequences);
        int[] tokens = ModelUnderTest.tokens(sequences);
        try (ExportedDecoder.Batch batch = exported.batch(sequences, POSITION)) {
            Turns turns = steps(() -> model.decode(positions), () -> batch.decode(tokens));
            report.add(
                    Figure.of("decode_beside_exported", sequences / turns.ours(), "tokens/s")
                            .withSequences(sequences)
                            .withPeerRatio(turns.ratio()));
        }
    }

    private static int[] positions(int sequences) {
        int[] positions = new int[sequences];
        Arrays.fill(positions, POSITION);
        return positions;
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
        double ownAttention = step(model, LONG) - step(model, SHORT);
        double beside = step(model, oneLong) - Math.max(0, ownAttention);
        report.add(Figure.of("decode_mixed_lengths", beside / step(model, allShort), "ratio"));
    }

    /** A single sequence's step in the engine of many slots, over that of an engine with one slot; both are in memory. */
    private void besideOneSlot(ModelUnderTest model) {
        if (model.slots() == 1 || settings.isLarge()) {
            return;
        }
        try (ModelUnderTest one = ModelUnderTest.open(checkpoint, settings, 1)) {
            Turns turns = steps(() -> model.decode(POSITION), () -> one.decode(POSITION));
            report.add(
                    Figure.of(
                            "decode_beside_one_slot",
                            turns.ours() / turns.peer().orElseThrow(),
                            "ratio"));
        }
    }

    /** Steps of two in turns. */
    private Turns steps(Runnable ours, Runnable other) {
        return Turns.take(stepRounds(), STEPS, Optional.empty(), ours, Optional.of(other));
    }

    private double step(ModelUnderTest model, int... positions) {
        return Turns.take(
                        stepRounds(),
                        STEPS,
                        Optional.empty(),
                        () -> model.decode(positions),
                        Optional.empty())
                .ours();
    }
}
