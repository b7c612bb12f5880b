package io.lavastream.engine.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lavastream.engine.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads the JSON of a checkpoint, which is untrusted input: bounded in size and depth, without
 * duplicate keys.
 */
final class JsonFiles {
    /** Deeper than any published config; a parser's stack ends somewhere after it. */
    private static final int MAX_DEPTH = 32;

    /** The published index of a 13B model has 70 kB. */
    private static final long MAX_BYTES = 16 << 20;

    private static final ObjectMapper MAPPER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(MAX_DEPTH)
                                                    .build())
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private JsonFiles() {}

    /** The JSON object in {@code file}. */
    static JsonNode readObject(Path file) {
        try {
            long size = Files.size(file);
            if (size > MAX_BYTES) {
                throw new CheckpointException(
                        "%s: %d bytes (expected: at most %d)".formatted(file, size, MAX_BYTES));
            }
            return parseObject(file, Files.readAllBytes(file));
        } catch (IOException e) {
            throw new CheckpointException(
                    "%s: cannot be read: %s (expected: a JSON file)"
                            .formatted(file, e.getClass().getSimpleName()),
                    e);
        }
    }

    /** The JSON object in {@code json}; {@code source} is the file to name where it is none. */
    static JsonNode parseObject(Path source, byte[] json) {
        JsonNode node = parse(source, json);
        if (!node.isObject()) {
            throw new CheckpointException(
                    "%s: %s (expected: a JSON object)"
                            .formatted(
                                    source, node.isMissingNode() ? "nothing" : node.getNodeType()));
        }
        return node;
    }

    /** The JSON value in {@code json}, of any kind. */
    static JsonNode parse(Path source, byte[] json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new CheckpointException(
                    "%s: not valid JSON: %s".formatted(source, oneLine(e.getOriginalMessage())), e);
        } catch (IOException e) {
            throw new CheckpointException(
                    "%s: not valid JSON: %s".formatted(source, oneLine(e.getMessage())), e);
        }
    }

    private static String oneLine(String message) {
        return String.valueOf(message).replaceAll("\\s+", " ");
    }
}
