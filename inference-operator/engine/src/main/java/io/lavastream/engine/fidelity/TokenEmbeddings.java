package io.lavastream.engine.fidelity;

import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.model.PromptChunk;
import java.util.BitSet;
import java.util.List;

/** Rows of a model's embedding matrix, those of some tokens; the model itself gives none out. Immutable. */
final class TokenEmbeddings {
    private static final String TENSOR = "language_model.model.embed_tokens.weight";

    /** Place of each token's row, or -1. */
    private final int[] places;

    private final int width;
    private final float[] rows;

    private TokenEmbeddings(BitSet tokens, int vocabulary, int width) {
        this.places = new int[vocabulary];
        this.width = width;
        int place = 0;
        for (int token = 0; token < vocabulary; token++) {
            places[token] = tokens.get(token) ? place++ : -1;
        }
        this.rows = new float[Math.multiplyExact(place, width)];
    }

    /** The rows of {@code tokens}, as {@code checkpoint} stores them. */
    static TokenEmbeddings read(Checkpoint checkpoint, BitSet tokens) {
        int width = checkpoint.config().text().hiddenSize();
        int vocabulary = checkpoint.config().text().vocabularySize();
        checkpoint.requireShape(TENSOR, List.of((long) vocabulary, (long) width));
        TokenEmbeddings embeddings = new TokenEmbeddings(tokens, vocabulary, width);
        checkpoint.read(TENSOR, embeddings::keep);
        return embeddings;
    }

    /** What the decoder takes in for {@code prompt}, [positions, width] flattened. */
    float[] of(PromptChunk prompt) {
        float[] merged = new float[prompt.length() * width];
        for (int i = 0; i < prompt.length(); i++) {
            int featureRow = prompt.featureRows()[i];
            float[] source = featureRow < 0 ? rows : prompt.features();
            int row = featureRow < 0 ? places[prompt.tokenIds()[i]] : featureRow;
            System.arraycopy(source, row * width, merged, i * width, width);
        }
        return merged;
    }

    private void keep(long offset, float[] values, int count) {
        for (int i = 0; i < count; i++) {
            int place = places[(int) ((offset + i) / width)];
            if (place >= 0) {
                rows[place * width + (int) ((offset + i) % width)] = values[i];
            }
        }
    }
}
