package io.lavastream.engine.fidelity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A model of the reference as a user has it: with the tokenizer that the reference keeps apart, the
 * directories of the other models beside it, and the configuration that a case asks for. Made of
 * links in a temporary directory, which {@link #close} removes; the reference is only read.
 */
final class CompletedDirectory implements AutoCloseable {
    private static final String CONFIG = "config.json";
    private static final List<String> TOKENIZERS = List.of("tokenizer.model", "tokenizer.json");

    private final Path root;
    private final Path model;

    private CompletedDirectory(Path root, Path model) {
        this.root = root;
        this.model = model;
    }

    /**
     * Completes the model {@code name}.
     *
     * @param changes top-level values of {@code config.json} that replace its own
     * @throws UncheckedIOException if the model cannot be read
     */
    static CompletedDirectory of(
            ReferenceDirectory reference, String name, Optional<JsonNode> changes) {
        try {
            Path root = Files.createTempDirectory("lavastream-fidelity");
            CompletedDirectory completed = new CompletedDirectory(root, root.resolve(name));
            try {
                completed.link(reference, name, changes);
                return completed;
            } catch (IOException | RuntimeException e) {
                completed.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path path() {
        return model;
    }

    @Override
    public void close() {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void link(ReferenceDirectory reference, String name, Optional<JsonNode> changes)
            throws IOException {
        Path source = reference.model(name);
        for (Path sibling : list(source.toAbsolutePath().getParent())) {
            if (!sibling.getFileName().toString().equals(name)) {
                linkInto(root, sibling);
            }
        }
        Files.createDirectory(model);
        for (Path file : list(source)) {
            if (changes.isEmpty() || !file.getFileName().toString().equals(CONFIG)) {
                linkInto(model, file);
            }
        }
        if (changes.isPresent()) {
            ObjectNode config =
                    (ObjectNode) ReferenceDirectory.json(source.resolve(CONFIG)).deepCopy();
            changes.get()
                    .properties()
                    .forEach(change -> config.set(change.getKey(), change.getValue()));
            JsonMapper.builder().build().writeValue(model.resolve(CONFIG).toFile(), config);
        }
        if (TOKENIZERS.stream().map(model::resolve).noneMatch(Files::exists)) {
            for (String tokenizer : TOKENIZERS) {
                Path file = reference.tokenizer().resolve(tokenizer);
                if (Files.exists(file)) {
                    linkInto(model, file);
                }
            }
        }
    }

    private static void linkInto(Path directory, Path target) throws IOException {
        Files.createSymbolicLink(
                directory.resolve(target.getFileName()), target.toAbsolutePath().normalize());
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.sorted().toList();
        }
    }
}
