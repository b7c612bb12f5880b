package io.lavastream.loadtests.bench;

import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.LlavaConfig;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.image.PixelValues;
import io.lavastream.engine.model.DecodeBatch;
import io.lavastream.engine.model.LlavaModel;
import io.lavastream.engine.model.ModelSettings;
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
        return open(
                directory,
                ModelSettings.of(slots, BenchSettings.SLOT_LENGTH)
                        .withMaxChunk(MAX_CHUNK)
                        .withThreads(settings.threads())
                        .withWeights(settings.weights()));
    }

    /** Likewise, as {@code settings} say. */
    static ModelUnderTest open(Path directory, ModelSettings settings) {
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            long begin = System.nanoTime();
            LlavaModel model =
                    LlavaModel.open(
                            checkpoint,
                            settings,
                            neverProduced(checkpoint.config()),
                            LoadProgress.NONE);
            long loaded = System.nanoTime();
            model.warmUp(BenchSettings.STALL_BUDGET, System::nanoTime);
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
     * A prompt of {@code length} positions; where it is long enough, the features of one image stand in it.
     *
     * @param features [image tokens, hidden size] flattened
     */
    Prompt prompt(int length, float[] features) {
        int[] tokens = new int[length];
        int[] rows = new int[length];
        boolean image = length > TEXT_BEFORE + config.imageTokens();
        for (int i = 0; i < length; i++) {
            boolean ofImage = image && i >= TEXT_BEFORE && i < TEXT_BEFORE + config.imageTokens();
            tokens[i] = ofImage ? 0 : TOKEN + i;
            rows[i] = ofImage ? i - TEXT_BEFORE : -1;
        }
        return new Prompt(tokens, rows, features);
    }

    /** As {@link #prompt(int, float[])}, with an image whose features are zero. */
    Prompt prompt(int length) {
        return prompt(length, new float[config.imageTokens() * config.text().hiddenSize()]);
    }

    /**
     * Prefills {@code prompt} from the start of the first slot, in the engine's pieces.
     *
     * @return the logits that follow it
     */
    float[] prefill(Prompt prompt) {
        float[] logits = {};
        for (int start = 0; start < prompt.length(); start += model.maxChunk()) {
            int end = Math.min(prompt.length(), start + model.maxChunk());
            logits = model.prefill(0, start, prompt.chunk(start, end));
        }
        return logits;
    }

    /** The tokens that {@code sequences} decode with. */
    static int[] tokens(int sequences) {
        int[] tokens = new int[sequences];
        Arrays.setAll(tokens, i -> TOKEN + i);
        return tokens;
    }

    /** A greedy step of the sequences in the first slots, one at each of {@code positions}. */
    int[] decode(int... positions) {
        return model.decode(batch(positions, false)).greedy();
    }

    /** As {@link #decode}; returns the logits of the first sequence. */
    float[] logits(int... positions) {
        return model.decode(batch(positions, true)).logits()[0];
    }

    private static DecodeBatch batch(int[] positions, boolean logits) {
        int[] slots = new int[positions.length];
        Arrays.setAll(slots, i -> i);
        return new DecodeBatch(slots, tokens(positions.length), positions, logits);
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
