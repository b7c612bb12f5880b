package io.lavastream.loadtests.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Figures as lines of JSON: what a figure does not have is left out. */
final class FigureJson {
    private FigureJson() {}

    /** One object on one line. */
    static String line(Figure figure) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("figure", figure.name());
        json.put("value", rounded(figure.value()));
        json.put("unit", figure.unit());
        figure.sequences().ifPresent(count -> json.put("sequences", count));
        figure.floorRatio().ifPresent(ratio -> json.put("floor_ratio", rounded(ratio)));
        figure.peerRatio().ifPresent(ratio -> json.put("peer_ratio", rounded(ratio)));
        figure.goal().ifPresent(goal -> json.put("goal", goal.describe()));
        figure.met().ifPresent(met -> json.put("met", met));
        return json.toString();
    }

    /** Measurements are good for four digits; whole thousands are kept. */
    static double rounded(double value) {
        if (value == 0) {
            return 0;
        }
        int digits = 3 - (int) Math.floor(Math.log10(Math.abs(value)));
        double scale = Math.pow(10, Math.max(0, digits));
        return Math.rint(value * scale) / scale;
    }
}
