package io.lavastream.engine.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lavastream.engine.ReferenceFiles;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The canvases of LLaVA-1.5-HD are those of the reference, in its order. */
class HdCanvasesReferenceTest {
    @Test
    void knowsTheCanvasesOfTheHighDefinitionModel() {
        JsonNode geometry = ReferenceFiles.json(ReferenceFiles.reference("anyres/geometry.json"));

        assertThat(TileSettings.hdCanvases(224))
                .isEqualTo(resolutions(geometry.at("/pinpoints/hd_224/candidates_wh_in_order")));
    }

    private static List<Resolution> resolutions(JsonNode list) {
        List<Resolution> resolutions = new ArrayList<>();
        list.forEach(pair -> resolutions.add(resolution(pair)));
        return resolutions;
    }

    private static Resolution resolution(JsonNode pair) {
        return new Resolution(pair.get(0).intValue(), pair.get(1).intValue());
    }
}
