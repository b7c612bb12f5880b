package io.lavastream.engine.fidelity;

import com.fasterxml.jackson.databind.JsonNode;
import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.image.FeatureMerge;
import io.lavastream.engine.image.ImageDecoder;
import io.lavastream.engine.image.ImageLimits;
import io.lavastream.engine.image.ImagePreprocessing;
import io.lavastream.engine.image.ImagePreprocessing.Mode;
import io.lavastream.engine.image.ImageTiler;
import io.lavastream.engine.image.Resolution;
import io.lavastream.engine.image.RgbImage;
import io.lavastream.engine.image.TileSettings;
import io.lavastream.engine.image.Tiling;
import java.util.List;

/** Cases of {@code preprocess/anyres.json}: the pixels of an image's tiles. */
final class TileCases {
    private final ReferenceDirectory reference;
    private final FidelityReport report;

    TileCases(ReferenceDirectory reference, FidelityReport report) {
        this.reference = reference;
        this.report = report;
    }

    void run() {
        JsonNode cases = ReferenceDirectory.json(reference.tiles());
        // Patches play no part: pixels are compared.
        TileSettings settings =
                new TileSettings(
                        Geometry.resolutions(Rows.require(cases, "grid_pinpoints")),
                        FeatureMerge.FLAT,
                        1,
                        1);
        ImageTiler tiler =
                new ImageTiler(
                        ImagePreprocessing.clip(Mode.ANYRES, Rows.integer(cases, "tile")),
                        settings);
        for (JsonNode image : Rows.require(cases, "images")) {
            String name = image.path("image").asText("image without a name");
            try {
                report.add(compare(tiler, image).result(CaseKind.TILES, name));
            } catch (RuntimeException e) {
                report.add(CaseResult.miss(CaseKind.TILES, name, e));
            }
        }
    }

    private Comparison compare(ImageTiler tiler, JsonNode expected) {
        EncodedImage file = reference.image(Rows.text(expected, "image"));
        RgbImage image = new ImageDecoder(ImageLimits.defaults()).decode(file);
        Tiling tiling = tiler.tiling(new Resolution(image.width(), image.height()));
        List<byte[]> tiles = tiler.tiles(image, tiling);
        Comparison comparison =
                new Comparison()
                        .equal(
                                "size",
                                tiling.image(),
                                Geometry.resolution(Rows.require(expected, "size")))
                        .equal(
                                "canvas",
                                tiling.canvas(),
                                Geometry.resolution(Rows.require(expected, "best_resolution")));
        List<String> hashes = Rows.texts(expected, "rgb_sha256");
        comparison.equal("tiles", tiles.size(), hashes.size());
        for (int i = 0; i < Math.min(tiles.size(), hashes.size()); i++) {
            comparison.equal("sha256", Pixels.sha256(tiles.get(i)), hashes.get(i));
        }
        return comparison.equal(
                "rows from the header", tiler.rows(file), tiler.process(file).rows());
    }
}
