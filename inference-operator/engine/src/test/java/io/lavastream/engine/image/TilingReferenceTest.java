package io.lavastream.engine.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.ReferenceFiles;
import io.lavastream.engine.image.ImagePreprocessing.Mode;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Equal tiles and equal geometry with the reference, for every row it has. */
class TilingReferenceTest {
    private static final int PATCH = 14;

    @Test
    void cutsEveryImageIntoTilesToTheBit() {
        JsonNode anyres = ReferenceFiles.json(ReferenceFiles.reference("preprocess/anyres.json"));
        ImageTiler tiler =
                new ImageTiler(
                        ImagePreprocessing.clip(Mode.ANYRES, 336),
                        new TileSettings(
                                resolutions(anyres.get("grid_pinpoints")),
                                FeatureMerge.SPATIAL_UNPAD,
                                24,
                                576));
        int tilesEqual = 0;
        for (JsonNode row : anyres.get("images")) {
            EncodedImage file =
                    EncodedImage.of(
                            ReferenceFiles.bytes(
                                    ReferenceFiles.reference(row.get("image").asText())));
            RgbImage image = new ImageDecoder(ImageLimits.defaults()).decode(file);
            Tiling tiling = tiler.tiling(new Resolution(image.width(), image.height()));
            assertThat(tiling.image()).isEqualTo(resolution(row.get("size")));
            assertThat(tiling.canvas()).isEqualTo(resolution(row.get("best_resolution")));

            List<byte[]> tiles = tiler.tiles(image, tiling);

            assertThat(tiles.stream().map(TilingReferenceTest::sha256))
                    .as(row.get("image").asText())
                    .containsExactlyElementsOf(texts(row.get("rgb_sha256")));
            assertThat(tiles).hasSize(row.get("tiles_incl_base").intValue());
            assertThat(tiler.rows(file)).isEqualTo(tiler.process(file).rows());
            tilesEqual += tiles.size();
        }
        System.out.printf("anyres: %d tiles bit-exact%n", tilesEqual);
        assertThat(anyres.get("images")).hasSizeGreaterThanOrEqualTo(6);
    }

    @Test
    void placesImagesOfEverySizeAndCountsTheirTokens() {
        JsonNode geometry = ReferenceFiles.json(ReferenceFiles.reference("anyres/geometry.json"));
        int rows = 0;
        for (JsonNode image : geometry.get("images")) {
            Resolution size =
                    new Resolution(image.get("width").intValue(), image.get("height").intValue());
            for (Map.Entry<String, JsonNode> list : geometry.get("pinpoints").properties()) {
                int tile = list.getValue().get("tile").intValue();
                Tiling tiling =
                        Tiling.of(
                                size,
                                resolutions(list.getValue().get("candidates_wh_in_order")),
                                tile);
                assertRow(tiling, tile / PATCH, image.get("pinpoints").get(list.getKey()));
                rows++;
            }
        }
        System.out.printf("anyres geometry: %d rows equal%n", rows);
        assertThat(rows).isGreaterThanOrEqualTo(108);
    }

    @Test
    void knowsTheCanvasesOfTheHighDefinitionModel() {
        JsonNode geometry = ReferenceFiles.json(ReferenceFiles.reference("anyres/geometry.json"));

        assertThat(TileSettings.hdCanvases(224))
                .isEqualTo(resolutions(geometry.at("/pinpoints/hd_224/candidates_wh_in_order")));
    }

    private static void assertRow(Tiling tiling, int side, JsonNode expected) {
        String what = "%s on %s".formatted(tiling.image(), tiling.canvas());
        assertThat(tiling.canvas())
                .as(what)
                .isEqualTo(resolution(expected.get("best_resolution_wh")));
        assertThat(new int[] {tiling.columns(), tiling.rows()})
                .as(what)
                .containsExactly(ReferenceFiles.ints(expected.get("grid_wh")));
        assertThat(tiling.resized()).as(what).isEqualTo(resolution(expected.get("resized_wh")));
        assertThat(new int[] {tiling.left(), tiling.top()})
                .as(what)
                .containsExactly(ReferenceFiles.ints(expected.get("paste_left_top")));

        int tileRows = side * side;
        FeatureRows unpadded = FeatureMerge.SPATIAL_UNPAD.rows(tiling, side, tileRows);
        assertThat(tileRows).isEqualTo(expected.get("tokens_base").intValue());
        assertThat(unpadded.length())
                .as(what)
                .isEqualTo(expected.get("tokens_spatial_unpad").intValue());
        assertThat(FeatureMerge.SPATIAL.rows(tiling, side, tileRows).length())
                .as(what)
                .isEqualTo(expected.get("tokens_spatial").intValue());
        assertThat(FeatureMerge.FLAT.rows(tiling, side, tileRows).length())
                .as(what)
                .isEqualTo(expected.get("tokens_flat").intValue());
        assertKeptPart(tiling, side, unpadded, expected);
    }

    /** The map that is kept has the reference's shape and its first patch is the reference's. */
    private static void assertKeptPart(
            Tiling tiling, int side, FeatureRows found, JsonNode expected) {
        int[] rowsAndColumns = ReferenceFiles.ints(expected.get("unpad_rows_cols"));
        int[] rowEnds =
                IntStream.range(0, found.length())
                        .filter(i -> found.source(i) == FeatureRows.ROW_END)
                        .toArray();
        int first = side * side;
        assertThat(rowEnds).hasSize(rowsAndColumns[0]);
        for (int row = 0; row < rowEnds.length; row++) {
            assertThat(rowEnds[row]).isEqualTo(first + (row + 1) * (rowsAndColumns[1] + 1) - 1);
        }
        if (expected.has("unpad_first_row")) {
            int row = expected.get("unpad_first_row").intValue();
            int column = expected.get("unpad_first_col").intValue();
            int tile = 1 + row / side * tiling.columns() + column / side;
            assertThat(found.source(first))
                    .isEqualTo((tile * side + row % side) * side + column % side);
        }
    }

    private static List<Resolution> resolutions(JsonNode list) {
        List<Resolution> resolutions = new ArrayList<>();
        list.forEach(pair -> resolutions.add(resolution(pair)));
        return resolutions;
    }

    private static Resolution resolution(JsonNode pair) {
        return new Resolution(pair.get(0).intValue(), pair.get(1).intValue());
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static String sha256(byte[] content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
