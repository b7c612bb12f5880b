package io.lavastream.engine.image;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * An image ready for the vision tower.
 *
 * @param tiles what the tower sees, one after the other; the whole image is the first
 * @param rows what the features of {@code tiles} become in the prompt
 */
public record TiledImage(List<PixelValues> tiles, FeatureRows rows) {
    public TiledImage {
        tiles = List.copyOf(tiles);
        requireNonNull(rows, "rows");
        if (tiles.size() != rows.tiles()) {
            throw new IllegalArgumentException(
                    "tiles: %d (expected: %d)".formatted(tiles.size(), rows.tiles()));
        }
    }
}
