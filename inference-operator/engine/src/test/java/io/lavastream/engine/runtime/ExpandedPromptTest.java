package io.lavastream.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.cache.PromptKey;
import io.lavastream.engine.cache.PromptTile;
import io.lavastream.engine.image.FeatureMerge;
import io.lavastream.engine.image.FeatureRows;
import io.lavastream.engine.image.ImageDigest;
import io.lavastream.engine.image.ImagePreprocessing;
import io.lavastream.engine.image.ImagePreprocessing.Mode;
import io.lavastream.engine.image.ImageTiler;
import io.lavastream.engine.image.PixelValues;
import io.lavastream.engine.image.Resolution;
import io.lavastream.engine.image.TileSettings;
import io.lavastream.engine.image.TiledImage;
import io.lavastream.engine.model.PromptChunk;
import io.lavastream.engine.prompt.PromptTokens;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** A tile has 4 rows here, 2 by 2; row r of tile t is the number 10 t + r, a row end is 99. */
class ExpandedPromptTest {
    private static final int TILE_ROWS = 4;
    private static final float[] ROW_END = {99};

    private static final PromptTokens TWO_IMAGES =
            new PromptTokens(new int[] {1, PromptTokens.IMAGE, 7, PromptTokens.IMAGE, 8});

    @Test
    void countsTilesOfAllImagesTogether() throws IOException {
        ExpandedPrompt prompt = tiledThenPlain();

        assertThat(prompt.length()).isEqualTo(3 + 14 + 4);
        assertThat(prompt.imagePositions()).isEqualTo(18);
        assertThat(prompt.tiles(images(), digests()))
                .extracting(PromptTile::number, PromptTile::begin, PromptTile::end)
                .containsExactly(
                        tuple(0, 1, 5), tuple(1, 5, 12), tuple(2, 7, 14), tuple(3, 16, 20));
        assertThat(values(prompt, 0, prompt.length()))
                .containsExactly(
                        1f, 0f, 1f, 2f, 3f, 10f, 11f, 20f, 21f, 99f, 12f, 13f, 22f, 23f, 99f, 7f,
                        30f, 31f, 32f, 33f, 8f);
    }

    @Test
    void feedsEachChunkTheRowsThatItNeeds() throws IOException {
        ExpandedPrompt prompt = tiledThenPlain();

        for (int start = 0; start < prompt.length(); start++) {
            PromptChunk chunk = prompt.chunk(start, 1, features()::get, ROW_END);
            assertThat(chunk.features()).hasSize(chunk.featureRows()[0] + 1);
        }
        assertThat(values(prompt, 8, 4)).containsExactly(21f, 99f, 12f, 13f);
    }

    /** Tiles behind the cut are not encoded. */
    @Test
    void losesItsEndWhereItIsCut() throws IOException {
        ExpandedPrompt prompt = tiledThenPlain().cut(7);

        assertThat(values(prompt, 0, prompt.length()))
                .containsExactly(1f, 0f, 1f, 2f, 3f, 10f, 11f);
        assertThat(prompt.tiles(images(), digests()))
                .extracting(PromptTile::number)
                .containsExactly(0, 1);
        assertThat(prompt.cut(700)).isSameAs(prompt);
    }

    @Test
    void isEqualToAnotherPromptUpToTheImageThatDiffers() throws IOException {
        ExpandedPrompt prompt = tiledThenPlain();
        ImageDigest other = new ImageDigest(1, 2, 3, 4);

        PromptKey key = prompt.key(digests());

        assertThat(key.commonPrefix(prompt.key(digests()))).isEqualTo(prompt.length());
        assertThat(key.commonPrefix(prompt.key(List.of(digests().get(0), other)))).isEqualTo(16);
        assertThat(key.commonPrefix(prompt.key(List.of(other, digests().get(1))))).isEqualTo(1);
    }

    @Test
    void refusesImagesThatAreNotItsPlaceholders() {
        assertThatThrownBy(() -> ExpandedPrompt.of(TWO_IMAGES, List.of(), TILE_ROWS))
                .hasMessage("images: 0 (expected: 2, one a placeholder)");
    }

    private static ExpandedPrompt tiledThenPlain() throws IOException {
        return ExpandedPrompt.of(
                TWO_IMAGES, List.of(twoTiles(), FeatureRows.oneTile(TILE_ROWS)), TILE_ROWS);
    }

    /** The whole image and two tiles side by side, a row end after each of the two rows of the map. */
    private static FeatureRows twoTiles() throws IOException {
        ImageTiler tiler =
                new ImageTiler(
                        ImagePreprocessing.clip(Mode.ANYRES, 4),
                        new TileSettings(
                                List.of(new Resolution(8, 4)),
                                FeatureMerge.SPATIAL_UNPAD,
                                2,
                                TILE_ROWS));
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(8, 4, BufferedImage.TYPE_INT_RGB), "png", file);
        return tiler.rows(EncodedImage.of(file.toByteArray()));
    }

    private static List<TiledImage> images() throws IOException {
        PixelValues tile = new PixelValues(1, new float[3]);
        return List.of(
                new TiledImage(List.of(tile, tile, tile), twoTiles()),
                new TiledImage(List.of(tile), FeatureRows.oneTile(TILE_ROWS)));
    }

    private static List<ImageDigest> digests() throws IOException {
        return images().stream().map(ImageDigest::of).toList();
    }

    private static List<float[]> features() {
        List<float[]> tiles = new ArrayList<>();
        for (int tile = 0; tile < 4; tile++) {
            tiles.add(new float[] {10 * tile, 10 * tile + 1, 10 * tile + 2, 10 * tile + 3});
        }
        return tiles;
    }

    /** What stands at each position: a token's id or the feature row. */
    private static List<Float> values(ExpandedPrompt prompt, int start, int length) {
        PromptChunk chunk = prompt.chunk(start, length, features()::get, ROW_END);
        List<Float> values = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            int row = chunk.featureRows()[i];
            values.add(row < 0 ? chunk.tokenIds()[i] : chunk.features()[row]);
        }
        return values;
    }
}
