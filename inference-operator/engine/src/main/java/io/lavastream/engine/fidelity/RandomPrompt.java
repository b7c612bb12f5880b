package io.lavastream.engine.fidelity;

import io.lavastream.engine.model.LlavaModel;
import io.lavastream.engine.model.PromptChunk;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Random tokens of a whole vocabulary, in every fourth prompt after a few rows of an image. Most are short, some cross several of the
 * pieces in which attention reads the cache. Nothing ends an answer but its length.
 */
final class RandomPrompt implements BatchPrompt {
    /** Positions of a prompt at most. */
    static final int MAX_LENGTH = 160;

    /** Tokens of an answer at most. */
    static final int MAX_ANSWER = 8;

    private static final int IMAGE_ROWS = 16;
    private static final int EVERY = 4;

    private final LlavaModel model;
    private final int[] tokens;
    private final int[] rows;
    private final float[] features;
    private final int answer;

    private RandomPrompt(LlavaModel model, int[] tokens, int[] rows, float[] features, int answer) {
        this.model = model;
        this.tokens = tokens;
        this.rows = rows;
        this.features = features;
        this.answer = answer;
    }

    /**
     * The next prompt.
     *
     * @param image features that rows are taken from, [at least 16 rows, hidden size] flattened
     */
    static RandomPrompt next(RandomGenerator random, LlavaModel model, float[] image) {
        int text = 1 + (int) ((MAX_LENGTH - IMAGE_ROWS) * Math.pow(random.nextDouble(), 3));
        int images = random.nextInt(EVERY) == 0 ? IMAGE_ROWS : 0;
        int[] tokens = new int[images + text];
        int[] rows = new int[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = random.nextInt(model.vocabularySize());
            rows[i] = i < images ? i : -1;
        }
        int width = image.length / model.imageTokens();
        int first = random.nextInt(model.imageTokens() - IMAGE_ROWS + 1);
        float[] features = Arrays.copyOfRange(image, first * width, (first + images) * width);
        return new RandomPrompt(model, tokens, rows, features, 1 + random.nextInt(MAX_ANSWER));
    }

    /** Tokens of its answer. */
    int answer() {
        return answer;
    }

    @Override
    public int length() {
        return tokens.length;
    }

    @Override
    public float[] prefill(int slot, int piece) {
        float[] logits = new float[0];
        for (int start = 0; start < tokens.length; start += piece) {
            int end = Math.min(start + piece, tokens.length);
            PromptChunk chunk =
                    new PromptChunk(
                            Arrays.copyOfRange(tokens, start, end),
                            Arrays.copyOfRange(rows, start, end),
                            features);
            logits = model.prefill(slot, start, chunk);
        }
        return logits;
    }

    @Override
    public Collection<Integer> ends() {
        return List.of();
    }
}
