package io.lavastream.loadtests.bench;

import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.LlavaConfig;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.image.PixelValues;
import io.lavastream.engine.model.DecodeBatch;
import io.lavastream.engine.model.LlavaModel;
import io.lavastream.engine.model.ModelSettings;
import io.lavastream.engine.model.PromptChunk;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;

/**
 * The engine's model as the benchmarks run it: the one place that knows how. One thread makes every call; {@link #close} frees the
 * model.
 */
final class ModelUnderTest implements AutoCloseable {
    /** Longest piece of a prompt that the engine prefills at once by default. */
    private static final int MAX_CHUNK = 256;

    /** Text before the image in a prompt. */
    private static final int TEXT_BEFORE = 32;

    private static final int TOKEN = 300;

    private final LlavaConfig config;
    private final LlavaModel model;
    private final double loadSeconds;
    private final double warmUpSeconds;

    private ModelUnderTest(
            LlavaConfig config, LlavaModel model, double loadSeconds, double warmUpSeconds) {
        this.config = config;
        this.model = model;
        this.loadSeconds = loadSeconds;
        this.warmUpSeconds = warmUpSeconds;
    }

    /** Loads and warms up the model in {@code checkpoint}. */
    static ModelUnderTest open(Path directory, BenchSettings settings, int slots) {
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            long begin = System.nanoTime();
            LlavaModel model =
                    LlavaModel.open(
                            checkpoint,
                            ModelSettings.of(slots, BenchSettings.SLOT_LENGTH)
                                    .withMaxChunk(MAX_CHUNK)
                                    .withThreads(settings.threads())
                                    .withWeights(settings.weights()),
                            neverProduced(checkpoint.config()),
                            LoadProgress.NONE);
            long loaded = System.nanoTime();
            model.warmUp();
            return new ModelUnderTest(
                    checkpoint.config(),
                    model,
                    (loaded - begin) / 1e9,
                    (System.nanoTime() - loaded) / 1e9);
        }
    }

    double loadSeconds() {
        return loadSeconds;
    }

    /** The first run of every signature. */
    double warmUpSeconds() {
        return warmUpSeconds;
    }

    LlavaConfig config() {
        return config;
    }

    int slots() {
        return model.slots();
    }

    /** Vision tower and projector: [image tokens, hidden size] flattened. */
    float[] encodeImage(PixelValues image) {
        return model.encodeImage(image);
    }

    /** An image of noise. */
    PixelValues noise() {
        int side = config.vision().imageSize();
        SplittableRandom random = new SplittableRandom(side);
        float[] values = new float[3 * side * side];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (2 * random.nextDouble() - 1);
        }
        return new PixelValues(side, values);
    }

    /**
     * A prompt of {@code length} positions from the start of {@code slot}, in the engine's pieces; where it is long enough,
     * {@code features} of an image stand in it.
     *
     * @return the logits that follow it
     */
    float[] prefill(int slot, int length, float[] features) {
        int[] tokens = new int[length];
        int[] rows = new int[length];
        int imageRows = features.length / config.text().hiddenSize();
        boolean image = length >= TEXT_BEFORE + imageRows + 1;
        for (int i = 0; i < length; i++) {
            boolean ofImage = image && i >= TEXT_BEFORE && i < TEXT_BEFORE + imageRows;
            tokens[i] = ofImage ? 0 : TOKEN + i;
            rows[i] = ofImage ? i - TEXT_BEFORE : -1;
        }
        float[] logits = {};
        for (int start = 0; start < length; start += model.maxChunk()) {
            int end = Math.min(length, start + model.maxChunk());
            logits =
                    model.prefill(
                            slot,
                            start,
                            new PromptChunk(
                                    Arrays.copyOfRange(tokens, start, end),
                                    Arrays.copyOfRange(rows, start, end),
                                    features));
        }
        return logits;
    }

    /** A greedy step of the sequences in the first slots, one at each of {@code positions}. */
    int[] decode(int... positions) {
        int[] slots = new int[positions.length];
        int[] tokens = new int[positions.length];
        Arrays.setAll(slots, i -> i);
        Arrays.setAll(tokens, i -> TOKEN + i);
        return model.decode(new DecodeBatch(slots, tokens, positions, false)).greedy();
    }

    @Override
    public void close() {
        model.close();
    }

    /** As in an engine: the placeholders for images and padding. */
    private static BitSet neverProduced(LlavaConfig config) {
        BitSet ids = new BitSet();
        config.imageTokenId().ifPresent(ids::set);
        config.padTokenId().ifPresent(ids::set);
        return ids;
    }
}
