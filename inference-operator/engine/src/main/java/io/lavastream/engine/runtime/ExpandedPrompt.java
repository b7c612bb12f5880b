package io.lavastream.engine.runtime;

import io.lavastream.engine.image.FeatureRows;
import io.lavastream.engine.model.PromptChunk;
import io.lavastream.engine.prompt.PromptTokens;
import java.util.Arrays;
import java.util.List;

/** A prompt laid out by position: each image placeholder is replaced by the rows of that image. Immutable. */
final class ExpandedPrompt {
    private static final int TEXT = -1;
    private static final int ROW_END = -2;

    private final int tileRows;
    private final int[] tokenIds;

    /** One a position: {@code tile * tileRows + row}, tiles of all images counted, or {@link #ROW_END} or {@link #TEXT}. */
    private final int[] sources;

    private ExpandedPrompt(int tileRows, int[] tokenIds, int[] sources) {
        this.tileRows = tileRows;
        this.tokenIds = tokenIds;
        this.sources = sources;
    }

    /**
     * @param images the rows of each image, in the order of the placeholders
     * @param tileRows feature rows of a tile
     */
    static ExpandedPrompt of(PromptTokens prompt, List<FeatureRows> images, int tileRows) {
        if (prompt.images() != images.size()) {
            throw new IllegalArgumentException(
                    "images: %d (expected: %d, one a placeholder)"
                            .formatted(images.size(), prompt.images()));
        }
        int length = Math.addExact(prompt.textTokens(), rowsOf(images));
        int[] tokenIds = new int[length];
        int[] sources = new int[length];
        int position = 0;
        int image = 0;
        int firstRow = 0;
        for (int id : prompt.ids()) {
            if (id != PromptTokens.IMAGE) {
                tokenIds[position] = id;
                sources[position++] = TEXT;
                continue;
            }
            FeatureRows rows = images.get(image++);
            for (int i = 0; i < rows.length(); i++) {
                int source = rows.source(i);
                sources[position++] = source == FeatureRows.ROW_END ? ROW_END : firstRow + source;
            }
            firstRow += rows.tiles() * tileRows;
        }
        return new ExpandedPrompt(tileRows, tokenIds, sources);
    }

    /** Positions that images of these rows take. */
    static int rowsOf(List<FeatureRows> images) {
        return images.stream().mapToInt(FeatureRows::length).reduce(0, Math::addExact);
    }

    /** The first {@code positions} of this prompt, or all where it has fewer. */
    ExpandedPrompt cut(int positions) {
        return positions >= length()
                ? this
                : new ExpandedPrompt(
                        tileRows,
                        Arrays.copyOf(tokenIds, positions),
                        Arrays.copyOf(sources, positions));
    }

    int length() {
        return tokenIds.length;
    }

    /** Tiles whose features it needs: all up to the last one that has a row in it. */
    int tiles() {
        int last = Arrays.stream(sources).max().orElse(TEXT);
        return last < 0 ? 0 : last / tileRows + 1;
    }

    /** Positions that are image rows. */
    int imagePositions() {
        return (int) Arrays.stream(sources).filter(source -> source != TEXT).count();
    }

    /**
     * {@code length} positions from {@code start}, with the feature rows that they need and no others.
     *
     * @param features one a tile: [tileRows, hidden size] flattened
     * @param rowEnd the model's row end, [hidden size]
     */
    PromptChunk chunk(int start, int length, List<float[]> features, float[] rowEnd) {
        int[] rows = new int[length];
        int used = 0;
        for (int i = 0; i < length; i++) {
            rows[i] = sources[start + i] == TEXT ? TEXT : used++;
        }
        int width = used == 0 ? 0 : features.get(0).length / tileRows;
        float[] rowsUsed = new float[used * width];
        for (int i = 0; i < length; i++) {
            int source = sources[start + i];
            if (source == ROW_END) {
                System.arraycopy(rowEnd, 0, rowsUsed, rows[i] * width, width);
            } else if (source != TEXT) {
                float[] tile = features.get(source / tileRows);
                System.arraycopy(tile, source % tileRows * width, rowsUsed, rows[i] * width, width);
            }
        }
        return new PromptChunk(Arrays.copyOfRange(tokenIds, start, start + length), rows, rowsUsed);
    }
}
