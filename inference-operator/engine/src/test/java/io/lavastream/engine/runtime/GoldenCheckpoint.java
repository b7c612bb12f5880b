package io.lavastream.engine.runtime;

import io.lavastream.engine.reference.Reference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Model directories of the reference, which keeps the tokenizer apart: links to both make a whole one. */
final class GoldenCheckpoint {
    private GoldenCheckpoint() {}

    /**
     * Fills the empty {@code directory} with {@code model} and its tokenizer.
     *
     * @param replaced content by file name of what shall differ from the model's own
     */
    static Path link(Path directory, String model, Map<String, String> replaced) {
        try {
            List<Path> files = new ArrayList<>();
            try (Stream<Path> own = Files.list(Reference.path("models").resolve(model))) {
                own.forEach(files::add);
            }
            files.add(Reference.path("tokenizer").resolve("tokenizer.model"));
            for (Path file : files) {
                if (!replaced.containsKey(file.getFileName().toString())) {
                    Files.createSymbolicLink(directory.resolve(file.getFileName()), file);
                }
            }
            for (Map.Entry<String, String> file : replaced.entrySet()) {
                Files.writeString(directory.resolve(file.getKey()), file.getValue());
            }
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
