package io.lavastream.engine.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.lavastream.engine.CheckpointException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The JSON header of a safetensors file. Nothing in it is believed: type, shape and offsets of
 * every tensor are checked against each other and against the file's size before a byte of data is
 * read.
 *
 * <p>Source of the rules: {@code huggingface/safetensors: safetensors/src/tensor.rs}, {@code
 * Metadata::validate}.
 */
final class SafetensorsHeader {
    /** The limit of the reference implementation. */
    static final long MAX_BYTES = 100_000_000;

    private static final int MAX_RANK = 8;

    private final Path file;
    private final long dataStart;
    private final long dataBytes;

    private SafetensorsHeader(Path file, long dataStart, long dataBytes) {
        this.file = file;
        this.dataStart = dataStart;
        this.dataBytes = dataBytes;
    }

    /**
     * The tensors that {@code json} describes, by name.
     *
     * @param file to name in messages
     * @param dataStart position of the first byte after the header
     * @param dataBytes bytes from there to the file's end
     */
    static Map<String, TensorInfo> parse(Path file, byte[] json, long dataStart, long dataBytes) {
        return new SafetensorsHeader(file, dataStart, dataBytes).tensors(json);
    }

    private Map<String, TensorInfo> tensors(byte[] json) {
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : JsonFiles.parseObject(file, json).properties()) {
            if (!entry.getKey().equals("__metadata__")) {
                tensors.put(entry.getKey(), tensor(entry.getKey(), entry.getValue()));
            }
        }
        requireThatTheyFillTheFile(tensors);
        return tensors;
    }

    private TensorInfo tensor(String name, JsonNode entry) {
        if (name.isEmpty() || name.chars().anyMatch(Character::isISOControl)) {
            throw new CheckpointException(
                    "%s: a tensor name is empty or has control characters (expected: printable)"
                            .formatted(file));
        }
        TensorType type = type(name, entry.path("dtype"));
        List<Long> shape = shape(name, entry.path("shape"));
        JsonNode offsets = entry.path("data_offsets");
        if (offsets.size() != 2 || !isSize(offsets.path(0)) || !isSize(offsets.path(1))) {
            throw refused(name, "data_offsets", offsets, "two byte offsets");
        }
        long begin = offsets.path(0).longValue();
        long end = offsets.path(1).longValue();
        if (begin > end) {
            throw refused(name, "data_offsets", offsets, "begin before end");
        }
        if (end > dataBytes) {
            throw new CheckpointException(
                    ("%s: tensor %s: ends at data byte %d, the file has %d"
                                    + " (expected: a complete file of %d bytes or more)")
                            .formatted(file, name, end, dataBytes, saturatedSum(dataStart, end)));
        }
        long bytes = bytes(name, type, shape);
        if (bytes != end - begin) {
            throw new CheckpointException(
                    "%s: tensor %s: %d bytes (expected: %d for %s %s)"
                            .formatted(file, name, end - begin, bytes, type, shape));
        }
        return new TensorInfo(name, type, shape, dataStart + begin, bytes);
    }

    private TensorType type(String name, JsonNode dtype) {
        return Stream.of(TensorType.values())
                .filter(type -> type.name().equals(dtype.textValue()))
                .findFirst()
                .orElseThrow(
                        () ->
                                refused(
                                        name,
                                        "dtype",
                                        dtype,
                                        "one of " + List.of(TensorType.values())));
    }

    private List<Long> shape(String name, JsonNode shape) {
        if (!shape.isArray() || shape.size() > MAX_RANK) {
            throw refused(name, "shape", shape, "at most " + MAX_RANK + " dimensions");
        }
        List<Long> dimensions = new ArrayList<>();
        for (JsonNode dimension : shape) {
            if (!isSize(dimension)) {
                throw refused(name, "shape", shape, "dimensions of 0 or more");
            }
            dimensions.add(dimension.longValue());
        }
        return dimensions;
    }

    private long bytes(String name, TensorType type, List<Long> shape) {
        try {
            long bytes = type.bytes();
            for (long dimension : shape) {
                bytes = Math.multiplyExact(bytes, dimension);
            }
            return bytes;
        } catch (ArithmeticException e) {
            throw new CheckpointException(
                    ("%s: tensor %s: shape %s is more than 2^63 bytes"
                                    + " (expected: a size that fits the file)")
                            .formatted(file, name, shape),
                    e);
        }
    }

    /**
     * Tensors follow each other without overlap or gap, to the last byte: the format's rule, and it
     * leaves nothing unexplained.
     */
    private void requireThatTheyFillTheFile(Map<String, TensorInfo> tensors) {
        List<TensorInfo> ordered = new ArrayList<>(tensors.values());
        ordered.sort(
                Comparator.comparingLong(TensorInfo::position)
                        .thenComparingLong(TensorInfo::bytes));
        long expected = dataStart;
        for (TensorInfo tensor : ordered) {
            if (tensor.position() != expected) {
                throw new CheckpointException(
                        "%s: tensor %s: begins at data byte %d, %s (expected: %d)"
                                .formatted(
                                        file,
                                        tensor.name(),
                                        tensor.position() - dataStart,
                                        tensor.position() < expected
                                                ? "overlapping the tensor before it"
                                                : "leaving a gap",
                                        expected - dataStart));
            }
            expected += tensor.bytes();
        }
        if (expected != dataStart + dataBytes) {
            throw new CheckpointException(
                    "%s: %d bytes of data (expected: %d, the end of the last tensor)"
                            .formatted(file, dataBytes, expected - dataStart));
        }
    }

    private static boolean isSize(JsonNode node) {
        return node.isIntegralNumber() && node.canConvertToLong() && node.longValue() >= 0;
    }

    private static long saturatedSum(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    private CheckpointException refused(String name, String key, JsonNode found, String expected) {
        return new CheckpointException(
                "%s: tensor %s: %s: %s (expected: %s)"
                        .formatted(file, name, key, ConfigObject.shown(found), expected));
    }
}
