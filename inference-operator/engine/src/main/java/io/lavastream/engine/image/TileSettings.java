package io.lavastream.engine.image;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;

/**
 * What tiles an image may have and what becomes of their features.
 *
 * @param canvases sizes that tiles may cover, in the order that decides between equals; at least
 *     one
 * @param merge from the tiles' features to the image's rows
 * @param side patches along the side of a tile
 * @param rows feature rows of a tile: {@code side * side}, and one more with the class token
 */
public record TileSettings(List<Resolution> canvases, FeatureMerge merge, int side, int rows) {
    /** Tiles of a canvas of LLaVA-1.5-HD, at most. */
    private static final int HD_TILES = 6;

    public TileSettings {
        canvases = List.copyOf(canvases);
        requireNonNull(merge, "merge");
        if (canvases.isEmpty()) {
            throw new IllegalArgumentException("canvases: none (expected: at least one)");
        }
        if (merge != FeatureMerge.FLAT && rows != side * side) {
            throw new IllegalArgumentException(
                    "rows: %d a tile (expected: %d, one a patch, for %s)"
                            .formatted(rows, side * side, merge));
        }
    }

    /**
     * The canvases of LLaVA-1.5-HD (arXiv 2310.03744, appendix): all of up to six tiles whose
     * shorter side has one tile, 2x2, 2x3 and 3x2.
     *
     * @param tile side in pixels; 224 in the paper
     */
    public static List<Resolution> hdCanvases(int tile) {
        List<Resolution> canvases = new ArrayList<>();
        for (int columns = 1; columns <= HD_TILES; columns++) {
            for (int rows = 1; columns * rows <= HD_TILES; rows++) {
                canvases.add(new Resolution(columns * tile, rows * tile));
            }
        }
        return canvases;
    }
}
