package io.lavastream.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.image.ImagePreprocessing.Mode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageTilerTest {
    private static final int TILE = 28;
    private static final int SIDE = 2;
    private static final TileSettings HD =
            new TileSettings(TileSettings.hdCanvases(TILE), FeatureMerge.HD, SIDE, SIDE * SIDE);

    private final ImageTiler tiler = new ImageTiler(ImagePreprocessing.clip(Mode.HD, TILE), HD);

    /** The canvas that is never built is what its tiles show, each pixel resized in one piece. */
    @ParameterizedTest
    @CsvSource({"84, 56", "90, 60", "60, 90", "61, 7", "7, 61", "200, 130", "3, 2"})
    void showsTheImageInTheMiddleOfABlackCanvas(int width, int height) {
        RgbImage image = Images.noise(width, height);
        Tiling tiling = tiler.tiling(new Resolution(width, height));
        int left = tiling.left();
        int top = tiling.top();
        int resizedWidth = tiling.resized().width();
        int resizedHeight = tiling.resized().height();
        byte[] resized =
                BicubicResize.window(
                        Canvas.of(image),
                        resizedWidth,
                        resizedHeight,
                        0,
                        0,
                        resizedWidth,
                        resizedHeight);

        List<byte[]> tiles = tiler.tiles(image, tiling);

        assertThat(tiles).hasSize(1 + tiling.columns() * tiling.rows());
        for (int y = 0; y < tiling.canvas().height(); y++) {
            for (int x = 0; x < tiling.canvas().width(); x++) {
                byte[] tile = tiles.get(1 + y / TILE * tiling.columns() + x / TILE);
                boolean inside =
                        x >= left && x < left + resizedWidth && y >= top && y < top + resizedHeight;
                int from = 3 * ((y - top) * resizedWidth + x - left);
                int pixel = 3 * (y % TILE * TILE + x % TILE);
                for (int channel = 0; channel < 3; channel++) {
                    assertThat(tile[pixel + channel])
                            .isEqualTo(inside ? resized[from + channel] : 0);
                }
            }
        }
    }

    @Test
    void showsTheWholeImagePaddedInHighDefinition() {
        RgbImage image = Images.noise(90, 60);

        assertThat(tiler.tiles(image, tiler.tiling(new Resolution(90, 60))).get(0))
                .containsExactly(
                        new ImagePreprocessor(ImagePreprocessing.clip(Mode.PAD, TILE))
                                .resize(image));
    }

    @ParameterizedTest
    @CsvSource({"84, 56", "61, 7", "7, 61", "1, 1"})
    void knowsTheRowsFromTheHeader(int width, int height) {
        EncodedImage file = Images.encode(Images.noise(width, height), "png");
        FeatureRows rows = tiler.rows(file);
        TiledImage processed = tiler.process(file);

        assertThat(processed.rows()).isEqualTo(rows);
        assertThat(processed.tiles()).hasSize(rows.tiles());
        assertThat(rows.length()).isLessThanOrEqualTo(tiler.mostRows());
    }

    /** Six tiles of four patches, and a row end a row: 6 x 1 tiles have 2 rows, 1 x 6 have 12. */
    @Test
    void knowsTheMostRowsOfAnyImage() {
        assertThat(tiler.mostRows()).isEqualTo(4 + 24 + 12);
    }

    @ParameterizedTest
    @CsvSource({"16384,1", "1,16384", "16384,2048"})
    void takesLittleForExtremeShapes(int width, int height) {
        RgbImage image = new RgbImage(width, height, new byte[3 * width * height]);

        assertTimeout(
                Duration.ofSeconds(20),
                () -> tiler.tiles(image, tiler.tiling(new Resolution(width, height))));
    }

    @Test
    void refusesAModeWithoutTiles() {
        assertThatThrownBy(() -> new ImageTiler(ImagePreprocessing.clip(Mode.PAD, TILE), HD))
                .hasMessage("mode: PAD (expected: ANYRES or HD)");
    }

    @Test
    void refusesACanvasOfBrokenTiles() {
        TileSettings broken =
                new TileSettings(List.of(new Resolution(30, 28)), FeatureMerge.HD, SIDE, 4);

        assertThatThrownBy(() -> new ImageTiler(ImagePreprocessing.clip(Mode.HD, TILE), broken))
                .hasMessage("canvas: 30x28 (expected: multiples of 28)");
    }
}
