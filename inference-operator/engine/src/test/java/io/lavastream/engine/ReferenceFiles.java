package io.lavastream.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** The ground truth beside the project, read in place; tests that need it say so where it is absent. */
public final class ReferenceFiles {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private ReferenceFiles() {}

    /** {@code path} below {@code ../shared}; without it the test is aborted, and says so. */
    public static Path shared(String path) {
        Path root = Path.of("").toAbsolutePath();
        while (root != null && !Files.exists(root.resolve("mvnw"))) {
            root = root.getParent();
        }
        Path file = root == null ? Path.of(path) : root.resolve("../shared").resolve(path);
        if (!Files.exists(file)) {
            System.out.println("NOT RUN: needs ../shared/" + path + ", which is absent");
            Assumptions.abort("../shared/" + path + " is absent");
        }
        return file.normalize();
    }

    /** {@code path} below {@code ../shared/reference}. */
    public static Path reference(String path) {
        return shared("reference/" + path);
    }

    public static JsonNode json(Path file) {
        return json(bytes(file));
    }

    /** The rows of {@code tokenizer/cases.jsonl} of one kind. */
    public static List<JsonNode> tokenizerCases(String kind) {
        try {
            return Files.readAllLines(reference("tokenizer/cases.jsonl")).stream()
                    .map(line -> json(line.getBytes(StandardCharsets.UTF_8)))
                    .filter(row -> row.get("kind").asText().equals(kind))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The values of a little-endian float32 {@code .npy} file, version 1.0. */
    public static float[] floats(Path npy) {
        ByteBuffer file = ByteBuffer.wrap(bytes(npy)).order(ByteOrder.LITTLE_ENDIAN);
        file.position(10 + file.getShort(8));
        FloatBuffer values = file.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        float[] array = new float[values.remaining()];
        values.get(array);
        return array;
    }

    public static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).intValue();
        }
        return values;
    }

    public static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode json(byte[] content) {
        try {
            return MAPPER.readTree(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
