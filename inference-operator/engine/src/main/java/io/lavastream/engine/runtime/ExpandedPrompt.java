package io.lavastream.engine.runtime;

import io.lavastream.engine.cache.PromptKey;
import io.lavastream.engine.cache.PromptTile;
import io.lavastream.engine.cache.TileId;
import io.lavastream.engine.image.FeatureRows;
import io.lavastream.engine.image.ImageDigest;
import io.lavastream.engine.image.PixelValues;
import io.lavastream.engine.image.TiledImage;
import io.lavastream.engine.model.PromptChunk;
import io.lavastream.engine.prompt.PromptTokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/** A prompt laid out by position: each image placeholder is replaced by the rows of that image. Immutable. */
public final class ExpandedPrompt {
    private static final int TEXT = -1;
    private static final int ROW_END = -2;

    private final int tileRows;
    private final int[] tokenIds;

    /** One a position: {@code tile * tileRows + row}, tiles of all images counted, or {@link #ROW_END} or {@link #TEXT}. */
    private final int[] sources;

    /** One a position: the token, or {@code -1 - n} for a row of image n. */
    private final int[] symbols;

    private ExpandedPrompt(int tileRows, int[] tokenIds, int[] sources, int[] symbols) {
        this.tileRows = tileRows;
        this.tokenIds = tokenIds;
        this.sources = sources;
        this.symbols = symbols;
    }

    /**
     * Lays out {@code prompt}.
     *
     * @param images the rows of each image, in the order of the placeholders
     * @param tileRows feature rows of a tile
     * @throws IllegalArgumentException if there are more images than placeholders, or fewer
     */
    public static ExpandedPrompt of(PromptTokens prompt, List<FeatureRows> images, int tileRows) {
        if (prompt.images() != images.size()) {
            throw new IllegalArgumentException(
                    "images: %d (expected: %d, one a placeholder)"
                            .formatted(images.size(), prompt.images()));
        }
        int length = Math.addExact(prompt.textTokens(), rowsOf(images));
        int[] tokenIds = new int[length];
        int[] sources = new int[length];
        int[] symbols = new int[length];
        int position = 0;
        int image = 0;
        int firstRow = 0;
        for (int id : prompt.ids()) {
            if (id != PromptTokens.IMAGE) {
                tokenIds[position] = id;
                symbols[position] = id;
                sources[position++] = TEXT;
                continue;
            }
            FeatureRows rows = images.get(image);
            for (int i = 0; i < rows.length(); i++) {
                int source = rows.source(i);
                symbols[position] = -1 - image;
                sources[position++] = source == FeatureRows.ROW_END ? ROW_END : firstRow + source;
            }
            firstRow += rows.tiles() * tileRows;
            image++;
        }
        return new ExpandedPrompt(tileRows, tokenIds, sources, symbols);
    }

    /** Positions that images of these rows take. */
    static int rowsOf(List<FeatureRows> images) {
        return images.stream().mapToInt(FeatureRows::length).reduce(0, Math::addExact);
    }

    /** The first {@code positions} of this prompt, or all where it has fewer. */
    public ExpandedPrompt cut(int positions) {
        return positions >= length()
                ? this
                : new ExpandedPrompt(
                        tileRows,
                        Arrays.copyOf(tokenIds, positions),
                        Arrays.copyOf(sources, positions),
                        Arrays.copyOf(symbols, positions));
    }

    /** Positions that it takes. */
    public int length() {
        return tokenIds.length;
    }

    /** What it is, its images being those of {@code digests}. */
    PromptKey key(List<ImageDigest> digests) {
        return new PromptKey(symbols, digests);
    }

    /** The tiles of {@code images} that have rows in it, in the order of their first rows. */
    List<PromptTile> tiles(List<TiledImage> images, List<ImageDigest> digests) {
        List<PromptTile> tiles = new ArrayList<>();
        int number = 0;
        for (int image = 0; image < images.size(); image++) {
            int index = 0;
            for (PixelValues pixels : images.get(image).tiles()) {
                TileId id = new TileId(digests.get(image), index++);
                tile(number++, id, pixels.values()).ifPresent(tiles::add);
            }
        }
        tiles.sort(Comparator.comparingInt(PromptTile::begin));
        return tiles;
    }

    private Optional<PromptTile> tile(int number, TileId id, float[] pixels) {
        int begin = -1;
        int end = 0;
        for (int position = 0; position < sources.length; position++) {
            if (sources[position] >= 0 && sources[position] / tileRows == number) {
                begin = begin < 0 ? position : begin;
                end = position + 1;
            }
        }
        return begin < 0
                ? Optional.empty()
                : Optional.of(new PromptTile(number, id, pixels, begin, end));
    }

    /** Positions that are image rows. */
    int imagePositions() {
        return (int) Arrays.stream(sources).filter(source -> source != TEXT).count();
    }

    /**
     * {@code length} positions from {@code start}, with the feature rows that they need and no others.
     *
     * @param features of a tile, by its number: [tileRows, hidden size] flattened; asked only for tiles with rows in the chunk
     * @param rowEnd the model's row end, [hidden size]
     */
    public PromptChunk chunk(int start, int length, IntFunction<float[]> features, float[] rowEnd) {
        int[] rows = new int[length];
        int used = 0;
        for (int i = 0; i < length; i++) {
            rows[i] = sources[start + i] == TEXT ? TEXT : used++;
        }
        int width = width(start, length, features, rowEnd);
        float[] rowsUsed = new float[used * width];
        for (int i = 0; i < length; i++) {
            int source = sources[start + i];
            if (source == ROW_END) {
                System.arraycopy(rowEnd, 0, rowsUsed, rows[i] * width, width);
            } else if (source != TEXT) {
                float[] tile = features.apply(source / tileRows);
                System.arraycopy(tile, source % tileRows * width, rowsUsed, rows[i] * width, width);
            }
        }
        return new PromptChunk(Arrays.copyOfRange(tokenIds, start, start + length), rows, rowsUsed);
    }

    private int width(int start, int length, IntFunction<float[]> features, float[] rowEnd) {
        for (int position = start; position < start + length; position++) {
            if (sources[position] >= 0) {
                return features.apply(sources[position] / tileRows).length / tileRows;
            }
        }
        return rowEnd.length;
    }
}
