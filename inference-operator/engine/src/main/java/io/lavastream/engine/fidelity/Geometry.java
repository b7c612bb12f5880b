package io.lavastream.engine.fidelity;

import com.fasterxml.jackson.databind.JsonNode;
import io.lavastream.engine.image.Resolution;
import java.util.ArrayList;
import java.util.List;

/** Reads sizes from cases: pairs of width and height. */
final class Geometry {
    private Geometry() {}

    static Resolution resolution(JsonNode pair) {
        return new Resolution(pair.path(0).asInt(), pair.path(1).asInt());
    }

    static List<Resolution> resolutions(JsonNode pairs) {
        List<Resolution> resolutions = new ArrayList<>();
        pairs.forEach(pair -> resolutions.add(resolution(pair)));
        return resolutions;
    }
}
