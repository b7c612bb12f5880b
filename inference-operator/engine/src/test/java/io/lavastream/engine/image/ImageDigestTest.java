package io.lavastream.engine.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ImageDigestTest {
    private static final FeatureRows ROWS = FeatureRows.oneTile(4);

    @Test
    void equalImagesHaveEqualDigests() {
        assertThat(digest(image(5, 100))).isEqualTo(digest(image(5, 100)));
    }

    @Test
    void onePixelMakesAnotherImage() {
        TiledImage image = image(200, 1);
        TiledImage other = image(200, 1);
        float[] values = other.tiles().get(0).values();
        values[values.length - 1] = Math.nextUp(values[values.length - 1]);

        assertThat(digest(image)).isNotEqualTo(digest(other));
    }

    @Test
    void soDoOtherTilesAndOtherRows() {
        PixelValues tile = new PixelValues(1, new float[3]);
        TiledImage one = new TiledImage(List.of(tile), ROWS);
        TiledImage cut = new TiledImage(List.of(tile), new FeatureRows(1, IntStream.of(0, 1, 2)));
        TiledImage two =
                new TiledImage(List.of(tile, tile), new FeatureRows(2, IntStream.of(0, 1, 2, 3)));

        assertThat(List.of(digest(one), digest(cut), digest(two))).doesNotHaveDuplicates();
    }

    private static ImageDigest digest(TiledImage image) {
        return ImageDigest.of(image);
    }

    private static TiledImage image(int side, int seed) {
        float[] values = new float[3 * side * side];
        for (int i = 0; i < values.length; i++) {
            values[i] = seed + i;
        }
        return new TiledImage(List.of(new PixelValues(side, values)), ROWS);
    }
}
