package io.lavastream.engine.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.lavastream.engine.CheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.StreamSupport;

/**
 * One JSON object of a configuration file. Every accessor names file, key, value found and value
 * expected where it refuses; a key that is absent or null has its default.
 */
final class ConfigObject {
    private static final int SHOWN_CHARACTERS = 80;

    private final Path file;
    private final String prefix;
    private final JsonNode node;

    private ConfigObject(Path file, String prefix, JsonNode node) {
        this.file = file;
        this.prefix = prefix;
        this.node = node;
    }

    static ConfigObject read(Path file) {
        return new ConfigObject(file, "", JsonFiles.readObject(file));
    }

    /** The {@code generation_config.json} of {@code directory}; an empty one where it is absent. */
    static ConfigObject generation(Path directory) {
        Path file = directory.resolve("generation_config.json");
        return Files.exists(file)
                ? read(file)
                : new ConfigObject(file, "", JsonNodeFactory.instance.objectNode());
    }

    /** The keys that are there and not null, in the file's order. */
    List<String> keys() {
        List<String> keys = new ArrayList<>();
        node.fieldNames().forEachRemaining(keys::add);
        keys.removeIf(key -> !has(key));
        return keys;
    }

    /** Whether {@code key} is there and not null. */
    boolean has(String key) {
        return node.hasNonNull(key);
    }

    /** Whether {@code key} is there, be it null. */
    boolean mentions(String key) {
        return node.has(key);
    }

    /** The object at {@code key}; an empty one where it is absent. */
    ConfigObject object(String key) {
        JsonNode value = node.path(key);
        if (has(key) && !value.isObject()) {
            throw refused(key, "an object");
        }
        return new ConfigObject(file, prefix + key + ".", value);
    }

    /** A count: 1 or more, and small enough that products of counts fit a long. */
    int count(String key, int absent) {
        return integer(key, absent, 1, 1 << 24);
    }

    /** An index into a vocabulary: 0 or more. */
    int id(String key, int absent) {
        return integer(key, absent, 0, 1 << 24);
    }

    /** An id, where {@code key} has one; the library writes -1 for none. */
    OptionalInt optionalId(String key) {
        int id = integer(key, -1, -1, 1 << 24);
        return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
    }

    int integer(String key, int absent, int min, int max) {
        if (!has(key)) {
            return absent;
        }
        JsonNode value = node.get(key);
        if (!value.isIntegralNumber()
                || !value.canConvertToInt()
                || value.intValue() < min
                || value.intValue() > max) {
            throw refused(key, "an integer from %d to %d".formatted(min, max));
        }
        return value.intValue();
    }

    double positive(String key, double absent) {
        if (!has(key)) {
            return absent;
        }
        double value = node.get(key).asDouble(Double.NaN);
        if (!node.get(key).isNumber() || !(value > 0) || Double.isInfinite(value)) {
            throw refused(key, "a number above 0");
        }
        return value;
    }

    boolean flag(String key, boolean absent) {
        if (!has(key)) {
            return absent;
        }
        if (!node.get(key).isBoolean()) {
            throw refused(key, "true or false");
        }
        return node.get(key).booleanValue();
    }

    boolean isBoolean(String key) {
        return node.path(key).isBoolean();
    }

    /** Whether {@code key} is absent, null, false, or empty. */
    boolean isOff(String key) {
        JsonNode value = node.path(key);
        return !has(key)
                || (value.isBoolean() && !value.booleanValue())
                || (value.isContainerNode() && value.isEmpty())
                || (value.isTextual() && value.textValue().isEmpty());
    }

    String text(String key, String absent) {
        if (!has(key)) {
            return absent;
        }
        if (!node.get(key).isTextual()) {
            throw refused(key, "a text");
        }
        return node.get(key).textValue();
    }

    /** The elements of the list at {@code key}; none where it is absent. */
    List<JsonNode> list(String key) {
        if (has(key) && !node.get(key).isArray()) {
            throw refused(key, "a list");
        }
        return StreamSupport.stream(node.path(key).spliterator(), false).toList();
    }

    /** As {@link #list}; a text may stand there that is such a list. */
    List<JsonNode> listOrTextOfOne(String key) {
        if (!node.path(key).isTextual()) {
            return list(key);
        }
        JsonNode parsed = JsonFiles.parse(file, node.get(key).textValue().getBytes(UTF_8));
        if (!parsed.isArray()) {
            throw refused(key, "a list");
        }
        return StreamSupport.stream(parsed.spliterator(), false).toList();
    }

    /**
     * A name out of those that are implemented; the first is not assumed where the key is absent.
     */
    String oneOf(String key, String absent, String... supported) {
        String value = has(key) ? node.get(key).textValue() : absent;
        if (value == null || !List.of(supported).contains(value)) {
            throw refused(key, "one of " + Arrays.toString(supported));
        }
        return value;
    }

    /** One id or a list of them; {@code absent} where the key is. */
    List<Integer> ids(String key, List<Integer> absent) {
        if (!has(key)) {
            return absent;
        }
        JsonNode value = node.get(key);
        if (value.isArray() && !value.isEmpty()) {
            return StreamSupport.stream(value.spliterator(), false)
                    .map(element -> id(key, element))
                    .toList();
        }
        return List.of(id(key, value));
    }

    /** Stops at a key that would change the maths in a way that is not implemented. */
    void requireAbsent(String key) {
        if (has(key)) {
            throw refused(key, "null: not implemented");
        }
    }

    /** Stops at a switch that is not in the one position that is implemented. */
    void requireFlag(String key, boolean implemented) {
        if (flag(key, implemented) != implemented) {
            throw refused(key, implemented + ": nothing else is implemented");
        }
    }

    CheckpointException refused(String key, String expected) {
        return new CheckpointException(
                "%s: %s%s: %s (expected: %s)"
                        .formatted(file, prefix, key, shown(node.path(key)), expected));
    }

    /** A JSON value as it may stand in a message: one line, not too long. */
    static String shown(JsonNode value) {
        if (value.isMissingNode()) {
            return "missing";
        }
        String text = value.toString();
        return text.length() <= SHOWN_CHARACTERS
                ? text
                : text.substring(0, SHOWN_CHARACTERS) + "...";
    }

    private int id(String key, JsonNode value) {
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
            throw refused(key, "a token id or a list of them");
        }
        return value.intValue();
    }
}
