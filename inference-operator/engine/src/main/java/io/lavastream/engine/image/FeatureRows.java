package io.lavastream.engine.image;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The rows that stand for one image in a prompt, in order: each a row of the features of one of its
 * tiles, or the model's row end ({@code image_newline}). Known from the image's size alone.
 * Immutable.
 */
public final class FeatureRows {
    /** Stands for the model's row end. */
    public static final int ROW_END = -1;

    private final int tiles;
    private final int[] sources;

    /**
     * @param tiles of the image
     * @param sources one a row: {@code tile * rows of a tile + row}, or {@link #ROW_END}
     */
    FeatureRows(int tiles, IntStream sources) {
        this.tiles = tiles;
        this.sources = sources.toArray();
    }

    /** An image that is one tile of {@code rows} rows. */
    public static FeatureRows oneTile(int rows) {
        return new FeatureRows(1, IntStream.range(0, rows));
    }

    /** Tiles that the image is cut into, the whole image as the first of them. */
    public int tiles() {
        return tiles;
    }

    /** Positions of the prompt that the image takes. */
    public int length() {
        return sources.length;
    }

    /** What stands at {@code index}: {@code tile * rows of a tile + row}, or {@link #ROW_END}. */
    public int source(int index) {
        return sources[index];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FeatureRows rows
                && tiles == rows.tiles
                && Arrays.equals(sources, rows.sources);
    }

    @Override
    public int hashCode() {
        return 31 * tiles + Arrays.hashCode(sources);
    }

    @Override
    public String toString() {
        return "%d rows of %d tiles".formatted(sources.length, tiles);
    }
}
