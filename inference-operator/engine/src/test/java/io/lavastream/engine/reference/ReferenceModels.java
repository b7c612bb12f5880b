package io.lavastream.engine.reference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The reference's models as whole model directories: it keeps the tokenizer apart from them, and
 * some cases change a value of {@code config.json}. All files but that one are links.
 */
public final class ReferenceModels {
    private static final String CONFIG = "config.json";

    private ReferenceModels() {}

    /** The directory of {@code golden}'s model below {@code root}, made where it is not there. */
    public static Path directory(Path root, GoldenCase golden) {
        JsonNode override = golden.json().path("config_override");
        String suffix = override.isEmpty() ? "" : "-" + golden.name();
        Path directory = root.resolve(golden.model() + suffix);
        try {
            if (!Files.exists(directory)) {
                linkTowers(root);
                link(golden.model(), directory);
                writeConfig(golden.model(), override, directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return directory;
    }

    /** Models without a vision tower inside find theirs beside them. */
    private static void linkTowers(Path root) throws IOException {
        for (Path model : files(Reference.path("models"))) {
            Path link = root.resolve(model.getFileName());
            if (model.getFileName().toString().startsWith("tiny-clip") && !Files.exists(link)) {
                Files.createSymbolicLink(link, model);
            }
        }
    }

    private static void link(String model, Path directory) throws IOException {
        Files.createDirectory(directory);
        List<Path> all = new ArrayList<>(files(Reference.path("models").resolve(model)));
        all.add(Reference.path("tokenizer").resolve("tokenizer.model"));
        for (Path file : all) {
            if (!file.endsWith(CONFIG)) {
                Files.createSymbolicLink(directory.resolve(file.getFileName()), file);
            }
        }
    }

    private static void writeConfig(String model, JsonNode override, Path directory)
            throws IOException {
        JsonMapper mapper = JsonMapper.builder().build();
        Path original = Reference.path("models").resolve(model).resolve(CONFIG);
        ObjectNode config = (ObjectNode) mapper.readTree(original.toFile());
        config.setAll((ObjectNode) override);
        mapper.writeValue(directory.resolve(CONFIG).toFile(), config);
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }
}
