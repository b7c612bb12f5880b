package io.lavastream.engine.image;

import java.util.stream.IntStream;

/**
 * How the features of an image's tiles become its rows in a prompt. The whole image's tile comes
 * first, then those of the canvas.
 *
 * <p>Source: {@code haotian-liu/LLaVA: llava/model/llava_arch.py:
 * prepare_inputs_labels_for_multimodal, unpad_image}, for {@link #HD} the appendix of arXiv
 * 2310.03744.
 */
public enum FeatureMerge {
    /** Tile after tile. */
    FLAT,
    /** The canvas as one map of patches, row by row. */
    SPATIAL,
    /**
     * Likewise without the padding, and a row end after each row. The padding is rounded as in the
     * reference: patches at the border that show some image may go, and of a very long image the
     * whole map.
     */
    SPATIAL_UNPAD,
    /**
     * Likewise, but only patches that show nothing but padding go: the paper drops features
     * "corresponding exclusively to the paddings", so one that shows any of the image stays. The
     * rounding of {@link #SPATIAL_UNPAD} was published later, with LLaVA-1.6, and loses thin images.
     */
    HD;

    /** Whether rows end with the model's {@code image_newline}. */
    public boolean endsRows() {
        return this == SPATIAL_UNPAD || this == HD;
    }

    /**
     * The rows of an image.
     *
     * @param side patches along the side of a tile
     * @param tileRows feature rows of a tile: {@code side * side}, or for {@link #FLAT} another
     */
    public FeatureRows rows(Tiling tiling, int side, int tileRows) {
        int tiles = 1 + tiling.columns() * tiling.rows();
        if (this == FLAT) {
            return new FeatureRows(tiles, IntStream.range(0, tiles * tileRows));
        }
        Span rows = rows(tiling, side);
        Span columns = columns(tiling, side);
        IntStream map =
                rows.stream()
                        .flatMap(
                                row ->
                                        IntStream.concat(
                                                columns.stream()
                                                        .map(
                                                                column ->
                                                                        source(
                                                                                tiling, side, row,
                                                                                column)),
                                                rowEnd()));
        return new FeatureRows(tiles, IntStream.concat(IntStream.range(0, side * side), map));
    }

    /** Rows of the canvas's map that are kept. */
    private Span rows(Tiling tiling, int side) {
        int all = tiling.rows() * side;
        return switch (this) {
            case FLAT, SPATIAL -> new Span(0, all);
            case SPATIAL_UNPAD ->
                    isWide(tiling)
                            ? unpadded(all, tiling.columns() * side, tiling.image(), true)
                            : new Span(0, all);
            case HD -> touched(tiling.top(), tiling.resized().height(), tiling.tile() / side);
        };
    }

    /** Columns of the canvas's map that are kept. */
    private Span columns(Tiling tiling, int side) {
        int all = tiling.columns() * side;
        return switch (this) {
            case FLAT, SPATIAL -> new Span(0, all);
            case SPATIAL_UNPAD ->
                    isWide(tiling)
                            ? new Span(0, all)
                            : unpadded(all, tiling.rows() * side, tiling.image(), false);
            case HD -> touched(tiling.left(), tiling.resized().width(), tiling.tile() / side);
        };
    }

    /** Whether the padding is above and below the image, not beside it. */
    private static boolean isWide(Tiling tiling) {
        return (double) tiling.image().width() / tiling.image().height()
                > (double) tiling.columns() / tiling.rows();
    }

    /** What is left of {@code length} patches once the reference has cut the padding from both ends. */
    private static Span unpadded(int length, int across, Resolution image, boolean wide) {
        int fixedSide = wide ? image.width() : image.height();
        int paddedSide = wide ? image.height() : image.width();
        double scale = (double) across / fixedSide;
        int padding = (length - (int) (paddedSide * scale)) / 2;
        return new Span(padding, length - padding);
    }

    /** Patches that show any of {@code length} pixels from {@code from}. */
    private static Span touched(int from, int length, int patch) {
        return new Span(from / patch, (from + length + patch - 1) / patch);
    }

    private static int source(Tiling tiling, int side, int row, int column) {
        int tile = 1 + row / side * tiling.columns() + column / side;
        return (tile * side + row % side) * side + column % side;
    }

    private IntStream rowEnd() {
        return endsRows() ? IntStream.of(FeatureRows.ROW_END) : IntStream.empty();
    }

    /** From {@code begin} up to {@code end}. */
    private record Span(int begin, int end) {
        IntStream stream() {
            return IntStream.range(begin, end);
        }
    }
}
