package io.lavastream.engine.fidelity;

import com.fasterxml.jackson.databind.JsonNode;
import io.lavastream.engine.image.FeatureMerge;
import io.lavastream.engine.image.FeatureRows;
import io.lavastream.engine.image.Resolution;
import io.lavastream.engine.image.Tiling;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Cases of {@code anyres/geometry.json}: every size of image on every list of canvases. */
final class GeometryCases {
    private final ReferenceDirectory reference;
    private final FidelityReport report;

    GeometryCases(ReferenceDirectory reference, FidelityReport report) {
        this.reference = reference;
        this.report = report;
    }

    void run() {
        JsonNode cases = ReferenceDirectory.json(reference.geometry());
        JsonNode lists = Rows.require(cases, "pinpoints");
        for (JsonNode image : Rows.require(cases, "images")) {
            for (Map.Entry<String, JsonNode> row : Rows.require(image, "pinpoints").properties()) {
                String name =
                        "%sx%s %s"
                                .formatted(
                                        image.path("width").asText(),
                                        image.path("height").asText(),
                                        row.getKey());
                try {
                    Resolution size =
                            new Resolution(
                                    Rows.integer(image, "width"), Rows.integer(image, "height"));
                    report.add(
                            compare(size, Rows.require(lists, row.getKey()), row.getValue())
                                    .result(CaseKind.GEOMETRY, name));
                } catch (RuntimeException e) {
                    report.add(CaseResult.miss(CaseKind.GEOMETRY, name, e));
                }
            }
        }
    }

    private static Comparison compare(Resolution image, JsonNode canvases, JsonNode expected) {
        Tiling tiling =
                Tiling.of(
                        image,
                        Geometry.resolutions(Rows.require(canvases, "candidates_wh_in_order")),
                        Rows.integer(canvases, "tile"));
        Comparison comparison =
                new Comparison()
                        .equal(
                                "canvas",
                                tiling.canvas(),
                                Geometry.resolution(Rows.require(expected, "best_resolution_wh")))
                        .equal(
                                "grid",
                                new int[] {tiling.columns(), tiling.rows()},
                                Rows.integers(expected, "grid_wh"))
                        .equal(
                                "resized",
                                tiling.resized(),
                                Geometry.resolution(Rows.require(expected, "resized_wh")))
                        .equal(
                                "place",
                                new int[] {tiling.left(), tiling.top()},
                                Rows.integers(expected, "paste_left_top"));
        compareTokens(comparison, tiling, expected);
        return comparison;
    }

    private static void compareTokens(Comparison comparison, Tiling tiling, JsonNode expected) {
        int tileRows = Rows.integer(expected, "tokens_base");
        int side = (int) Math.round(Math.sqrt(tileRows));
        FeatureRows unpadded = FeatureMerge.SPATIAL_UNPAD.rows(tiling, side, tileRows);
        comparison
                .equal(
                        "tokens",
                        List.of(
                                unpadded.length(),
                                FeatureMerge.SPATIAL.rows(tiling, side, tileRows).length(),
                                FeatureMerge.FLAT.rows(tiling, side, tileRows).length()),
                        List.of(
                                Rows.integer(expected, "tokens_spatial_unpad"),
                                Rows.integer(expected, "tokens_spatial"),
                                Rows.integer(expected, "tokens_flat")))
                .equal("row ends", rowEnds(unpadded), expectedRowEnds(tileRows, expected));
        if (expected.has("unpad_first_row") && unpadded.length() > tileRows) {
            int row = Rows.integer(expected, "unpad_first_row");
            int column = Rows.integer(expected, "unpad_first_col");
            int tile = 1 + row / side * tiling.columns() + column / side;
            comparison.equal(
                    "first patch",
                    unpadded.source(tileRows),
                    (tile * side + row % side) * side + column % side);
        }
    }

    private static int[] rowEnds(FeatureRows rows) {
        return IntStream.range(0, rows.length())
                .filter(i -> rows.source(i) == FeatureRows.ROW_END)
                .toArray();
    }

    private static int[] expectedRowEnds(int base, JsonNode expected) {
        int[] rowsAndColumns = Rows.integers(expected, "unpad_rows_cols");
        List<Integer> ends = new ArrayList<>();
        for (int row = 1; row <= rowsAndColumns[0]; row++) {
            ends.add(base + row * (rowsAndColumns[1] + 1) - 1);
        }
        return ends.stream().mapToInt(Integer::intValue).toArray();
    }
}
