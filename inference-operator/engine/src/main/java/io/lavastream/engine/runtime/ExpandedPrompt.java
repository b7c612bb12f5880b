package io.lavastream.engine.runtime;

import io.lavastream.engine.model.PromptChunk;
import io.lavastream.engine.prompt.PromptTokens;
import java.util.Arrays;
import java.util.List;

/** A prompt laid out by position: each image placeholder is replaced by the rows of that image. Immutable. */
final class ExpandedPrompt {
    private static final int TEXT = -1;

    private final int imageTokens;
    private final int images;
    private final int[] tokenIds;

    /** One a position: {@code image * imageTokens + row}, or {@link #TEXT}. */
    private final int[] imageRows;

    ExpandedPrompt(PromptTokens prompt, int imageTokens) {
        this.imageTokens = imageTokens;
        this.images = prompt.images();
        int length = lengthOf(prompt, imageTokens);
        this.tokenIds = new int[length];
        this.imageRows = new int[length];
        int position = 0;
        int row = 0;
        for (int id : prompt.ids()) {
            if (id != PromptTokens.IMAGE) {
                tokenIds[position] = id;
                imageRows[position++] = TEXT;
                continue;
            }
            for (int i = 0; i < imageTokens; i++) {
                imageRows[position++] = row++;
            }
        }
    }

    /** Positions of {@code prompt}, known before anything runs. */
    static int lengthOf(PromptTokens prompt, int imageTokens) {
        return Math.addExact(prompt.textTokens(), Math.multiplyExact(prompt.images(), imageTokens));
    }

    int length() {
        return tokenIds.length;
    }

    int images() {
        return images;
    }

    /** Positions that are image rows. */
    int imagePositions() {
        return images * imageTokens;
    }

    /**
     * {@code length} positions from {@code start}, with the feature rows that they need and no others.
     *
     * @param features one an image: [imageTokens, hidden size] flattened
     */
    PromptChunk chunk(int start, int length, List<float[]> features) {
        int[] rows = new int[length];
        int used = 0;
        for (int i = 0; i < length; i++) {
            rows[i] = imageRows[start + i] == TEXT ? TEXT : used++;
        }
        int width = used == 0 ? 0 : features.get(0).length / imageTokens;
        float[] rowsUsed = new float[used * width];
        for (int i = 0; i < length; i++) {
            if (rows[i] != TEXT) {
                int row = imageRows[start + i];
                float[] image = features.get(row / imageTokens);
                System.arraycopy(
                        image, row % imageTokens * width, rowsUsed, rows[i] * width, width);
            }
        }
        return new PromptChunk(Arrays.copyOfRange(tokenIds, start, start + length), rows, rowsUsed);
    }
}
