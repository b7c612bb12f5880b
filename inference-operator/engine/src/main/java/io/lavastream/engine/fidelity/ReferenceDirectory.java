package io.lavastream.engine.fidelity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lavastream.engine.EncodedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory of reference results; paths inside its files are relative to it.
 *
 * <pre>
 * models/NAME/              checkpoints and the CLIP directories beside them
 * goldens/NAME/CASE/        case.json with its .npy files
 * preprocess/manifest.json  anyres.json
 * anyres/geometry.json
 * tokenizer/                tokenizer.model or tokenizer.json, cases.jsonl
 * </pre>
 *
 * @param root the directory itself
 */
public record ReferenceDirectory(Path root) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /**
     * Opens {@code root}.
     *
     * @throws IllegalArgumentException if it holds none of the files above
     */
    public static ReferenceDirectory open(Path root) {
        ReferenceDirectory directory = new ReferenceDirectory(root);
        if (Stream.of(
                        root.resolve("models"),
                        directory.goldens(),
                        directory.manifest(),
                        directory.tiles(),
                        directory.geometry(),
                        directory.tokenizerCases())
                .noneMatch(Files::exists)) {
            throw new IllegalArgumentException(
                    "%s: no cases (expected: a directory with models/, goldens/, preprocess/manifest.json, preprocess/anyres.json, anyres/geometry.json or tokenizer/cases.jsonl)"
                            .formatted(root));
        }
        return directory;
    }

    /** Models of which there are cases, by name. */
    List<String> models() {
        return directories(goldens());
    }

    /** Models that answer, by name, whether there are cases of them or not; a vision tower does not. */
    List<String> answeringModels() {
        return directories(root.resolve("models")).stream().filter(this::answers).toList();
    }

    private boolean answers(String name) {
        Path config = model(name).resolve("config.json");
        return Files.exists(config) && !json(config).path("model_type").asText().startsWith("clip");
    }

    /** Directories of the cases of {@code model}, by name. */
    List<Path> cases(String model) {
        Path directory = goldens().resolve(model);
        return directories(directory).stream().map(directory::resolve).toList();
    }

    Path model(String name) {
        return root.resolve("models").resolve(name);
    }

    Path tokenizer() {
        return root.resolve("tokenizer");
    }

    Path tokenizerCases() {
        return tokenizer().resolve("cases.jsonl");
    }

    Path manifest() {
        return root.resolve("preprocess/manifest.json");
    }

    Path tiles() {
        return root.resolve("preprocess/anyres.json");
    }

    Path geometry() {
        return root.resolve("anyres/geometry.json");
    }

    Path resolve(String relative) {
        return root.resolve(relative);
    }

    /**
     * The image at {@code relative}, as a request would bring it.
     *
     * @throws UncheckedIOException if it cannot be read
     */
    EncodedImage image(String relative) {
        try {
            return EncodedImage.of(Files.readAllBytes(root.resolve(relative)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The content of {@code file}.
     *
     * @throws UncheckedIOException if it is not JSON
     */
    static JsonNode json(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path goldens() {
        return root.resolve("goldens");
    }

    private static List<String> directories(Path parent) {
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.list(parent)) {
            return paths.filter(Files::isDirectory)
                    .map(path -> path.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
