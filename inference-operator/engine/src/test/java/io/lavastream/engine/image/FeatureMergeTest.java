package io.lavastream.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Worked out by hand on maps small enough to draw: tiles of 4 pixels, patches of 2, so 2 by 2. */
class FeatureMergeTest {
    private static final int TILE = 4;
    private static final int SIDE = 2;
    private static final int TILE_ROWS = 4;
    private static final int END = FeatureRows.ROW_END;

    @Test
    void putsTileAfterTile() {
        assertThat(rows(FeatureMerge.FLAT, new Resolution(8, 4), new Resolution(8, 4)))
                .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    }

    /** The class token is one more row of a tile. */
    @Test
    void putsTilesWithTheirClassTokensInARow() {
        Tiling tiling = Tiling.on(new Resolution(8, 4), new Resolution(8, 4), TILE);

        assertThat(FeatureMerge.FLAT.rows(tiling, SIDE, TILE_ROWS + 1).length()).isEqualTo(15);
    }

    /** Tile 1 is left of tile 2, both above 3 and 4: the map's first row is 4 5 8 9. */
    @Test
    void readsTheMapRowByRowAcrossTiles() {
        Resolution square = new Resolution(8, 8);

        assertThat(rows(FeatureMerge.SPATIAL, square, square))
                .containsExactly(
                        0, 1, 2, 3, 4, 5, 8, 9, 6, 7, 10, 11, 12, 13, 16, 17, 14, 15, 18, 19);
    }

    @Test
    void endsEachRowOfTheMap() {
        Resolution wide = new Resolution(8, 4);

        assertThat(rows(FeatureMerge.SPATIAL_UNPAD, wide, wide))
                .containsExactly(0, 1, 2, 3, 4, 5, 8, 9, END, 6, 7, 10, 11, END);
    }

    /** 4 x 2 pixels in the middle of 4 x 8: rows 0 and 3 of the map are padding. */
    @Test
    void dropsThePaddingAboveAndBelow() {
        assertThat(rows(FeatureMerge.SPATIAL_UNPAD, new Resolution(4, 8), new Resolution(4, 4)))
                .containsExactly(0, 1, 2, 3, 6, 7, END, 8, 9, END);
        assertThat(rows(FeatureMerge.HD, new Resolution(4, 8), new Resolution(4, 4)))
                .containsExactly(0, 1, 2, 3, 6, 7, END, 8, 9, END);
    }

    @Test
    void dropsThePaddingOnBothSides() {
        assertThat(rows(FeatureMerge.HD, new Resolution(8, 4), new Resolution(4, 4)))
                .containsExactly(0, 1, 2, 3, 5, 8, END, 7, 10, END);
    }

    /**
     * 40 x 5 pixels become 8 x 1 on 8 x 4, in row 1 of 4 pixels: row 0 of the map shows it. The
     * reference rounds its height in patches, half of one, down to none.
     */
    @Test
    void keepsOfAVeryWideImageWhatShowsIt() {
        Resolution canvas = new Resolution(8, 4);
        Resolution image = new Resolution(40, 5);

        assertThat(rows(FeatureMerge.SPATIAL_UNPAD, canvas, image)).containsExactly(0, 1, 2, 3);
        assertThat(rows(FeatureMerge.HD, canvas, image))
                .containsExactly(0, 1, 2, 3, 4, 5, 8, 9, END);
    }

    /** No columns leave the reference nothing but row ends. */
    @Test
    void keepsOfAVeryTallImageWhatShowsIt() {
        Resolution canvas = new Resolution(4, 8);
        Resolution image = new Resolution(5, 40);

        assertThat(rows(FeatureMerge.SPATIAL_UNPAD, canvas, image))
                .containsExactly(0, 1, 2, 3, END, END, END, END);
        assertThat(rows(FeatureMerge.HD, canvas, image))
                .containsExactly(0, 1, 2, 3, 4, END, 6, END, 8, END, 10, END);
    }

    /**
     * LLaVA-1.5-HD at 224 pixels, 16 patches a side, 256 rows of the whole image. 672 x 448: a map of
     * 48 x 32. 640 x 480 on it is 598 x 448 from pixel 37, patches 2 to 45: 44 columns, 32 rows. 1000 x
     * 500 is 672 x 336 from pixel 56, patches 4 to 27: 24 rows. 100 x 300 loses nothing on 224 x 448
     * already, where it is 150 wide from pixel 37, patches 2 to 13: 12 columns, 32 rows. 760 x 250 on 896
     * x 224 is 681 wide from pixel 107, patches 7 to 56: 50 columns, 16 rows. 1344 x 100 on 1344 x 224
     * begins at pixel 62, patches 4 to 11: 8 rows.
     */
    @ParameterizedTest
    @CsvSource({
        "224, 224, 224x224, 16, 16",
        "448, 448, 448x448, 32, 32",
        "672, 448, 672x448, 32, 48",
        "640, 480, 672x448, 32, 44",
        "1000, 500, 672x448, 24, 48",
        "100, 300, 224x448, 32, 12",
        "760, 250, 896x224, 16, 50",
        "1344, 100, 1344x224, 8, 96"
    })
    void countsTheTokensOfTheHighDefinitionModel(
            int width, int height, String canvas, int rows, int columns) {
        Tiling tiling = Tiling.of(new Resolution(width, height), TileSettings.hdCanvases(224), 224);

        assertThat(tiling.canvas()).hasToString(canvas);
        assertThat(FeatureMerge.HD.rows(tiling, 16, 256).length())
                .isEqualTo(256 + rows * (columns + 1));
    }

    @Test
    void refusesAMapOfRowsThatAreNoPatches() {
        assertThatThrownBy(
                        () ->
                                new TileSettings(
                                        List.of(new Resolution(8, 4)),
                                        FeatureMerge.SPATIAL,
                                        SIDE,
                                        TILE_ROWS + 1))
                .hasMessage("rows: 5 a tile (expected: 4, one a patch, for SPATIAL)");
    }

    private static int[] rows(FeatureMerge merge, Resolution canvas, Resolution image) {
        FeatureRows rows = merge.rows(Tiling.on(canvas, image, TILE), SIDE, TILE_ROWS);
        return IntStream.range(0, rows.length()).map(rows::source).toArray();
    }
}
