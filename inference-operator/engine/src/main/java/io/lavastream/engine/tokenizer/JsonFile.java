package io.lavastream.engine.tokenizer;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lavastream.engine.CheckpointException;
import java.io.IOException;
import java.nio.file.Path;

/** JSON objects of a model directory, with one-line messages where they are malformed. */
final class JsonFile {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private JsonFile() {}

    static JsonNode read(Path file) {
        return parse(file.toString(), Tokenizers.read(file));
    }

    static JsonNode parse(String name, byte[] content) {
        try {
            JsonNode root = MAPPER.readTree(content);
            if (!root.isObject()) {
                throw new CheckpointException(
                        "%s: JSON %s (expected: an object)".formatted(name, root.getNodeType()));
            }
            return root;
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            throw new CheckpointException(
                    "%s: malformed JSON at line %d, column %d (expected: an object)"
                            .formatted(
                                    name,
                                    at == null ? 0 : at.getLineNr(),
                                    at == null ? 0 : at.getColumnNr()),
                    e);
        } catch (IOException e) {
            throw new CheckpointException("%s: cannot be read: %s".formatted(name, e), e);
        }
    }

    /** {@code value} as the id of the token {@code key}. */
    static int id(String name, String key, JsonNode value) {
        if (!value.isInt() || value.intValue() < 0 || value.intValue() > Tokenizers.MAX_ID) {
            throw new CheckpointException(
                    "%s: id of %s: %s (expected: 0 to %d)"
                            .formatted(name, key, value, Tokenizers.MAX_ID));
        }
        return value.intValue();
    }
}
