package io.lavastream.engine.fidelity;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** Reads fields of a case; what is absent is said by its name. */
final class Rows {
    private Rows() {}

    /**
     * Field {@code name} of {@code row}.
     *
     * @throws IllegalArgumentException if it is absent
     */
    static JsonNode require(JsonNode row, String name) {
        return optional(row, name)
                .orElseThrow(
                        () -> new IllegalArgumentException(name + ": missing (expected: a value)"));
    }

    static Optional<JsonNode> optional(JsonNode row, String name) {
        return Optional.ofNullable(row.get(name)).filter(value -> !value.isNull());
    }

    static String text(JsonNode row, String name) {
        return require(row, name).asText();
    }

    static int integer(JsonNode row, String name) {
        return require(row, name).asInt();
    }

    static int[] integers(JsonNode row, String name) {
        return integers(require(row, name));
    }

    static int[] integers(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
    }

    static List<String> texts(JsonNode row, String name) {
        return StreamSupport.stream(require(row, name).spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }
}
