package io.lavastream.standalone.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lavastream.engine.fidelity.CaseResult;
import java.util.Locale;

/** Writes the result of a case as a JSON object on one line. */
final class FidelityJson {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private FidelityJson() {}

    static String line(CaseResult result) {
        ObjectNode line =
                JSON.createObjectNode()
                        .put("kind", result.kind().name().toLowerCase(Locale.ROOT))
                        .put("case", result.name())
                        .put("status", result.status().name().toLowerCase(Locale.ROOT));
        ObjectNode compared = line.putObject("compared");
        result.quantities()
                .forEach(
                        quantity ->
                                compared.putObject(quantity.name())
                                        .put("worst", quantity.worst())
                                        .put("tolerance", quantity.tolerance()));
        line.put("remark", result.remark());
        return line.toString();
    }
}
