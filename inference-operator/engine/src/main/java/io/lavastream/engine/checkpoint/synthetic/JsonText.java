package io.lavastream.engine.checkpoint.synthetic;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lavastream.engine.checkpoint.TensorType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** JSON files as the library writes them. */
final class JsonText {
    private JsonText() {}

    /** Writes {@code json}, indented by two. */
    static void write(Path file, JsonNode json) throws IOException {
        DefaultPrettyPrinter printer =
                new DefaultPrettyPrinter()
                        .withArrayIndenter(new DefaultIndenter("  ", "\n"))
                        .withObjectIndenter(new DefaultIndenter("  ", "\n"));
        Files.writeString(
                file, JsonMapper.builder().build().writer(printer).writeValueAsString(json) + "\n");
    }

    /** Copies files that are the same whatever the model's size out of {@code folder} of this package's resources. */
    static void copy(String folder, List<String> names, Path directory) throws IOException {
        for (String name : names) {
            try (InputStream file = JsonText.class.getResourceAsStream(folder + name)) {
                Files.copy(file, directory.resolve(name));
            }
        }
    }

    /** What {@code torch_dtype} calls {@code type}. */
    static String dtype(TensorType type) {
        return switch (type) {
            case F16 -> "float16";
            case BF16 -> "bfloat16";
            default -> "float32";
        };
    }
}
