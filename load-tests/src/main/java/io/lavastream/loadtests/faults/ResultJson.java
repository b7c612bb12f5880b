package io.lavastream.loadtests.faults;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Rounds as JSON objects, one a line. */
final class ResultJson {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private ResultJson() {}

    static String line(RoundResult result, long recoveryLimitMillis) {
        ObjectNode line = JSON.createObjectNode().put("round", result.round().number());
        ArrayNode faults = line.putArray("faults");
        result.round().faults().forEach(fault -> faults.add(fault.toString()));
        line.put("delay_ms", result.round().delay().toMillis())
                .put("length_ms", result.round().length().toMillis())
                .put("sent", result.sent())
                .put("seen", result.seen())
                .put("lost", result.lost())
                .put("doubled", result.doubled())
                .put("wrong", result.wrong());
        ObjectNode failed = line.putObject("failed");
        result.failed().forEach(failed::put);
        line.put("unexplained", result.unexplained())
                .put("recomputed", result.recomputed())
                .put("most_recomputed", result.mostRecomputed())
                .put("gap_ms", result.gapMillis());
        if (result.recoveryMillis() == Long.MAX_VALUE) {
            line.putNull("recovery_ms");
        } else {
            line.put("recovery_ms", result.recoveryMillis());
        }
        result.trouble().ifPresent(text -> line.put("trouble", text));
        return line.put("holds", result.holds(recoveryLimitMillis)).toString();
    }
}
