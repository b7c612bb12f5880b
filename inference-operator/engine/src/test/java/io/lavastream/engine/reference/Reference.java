package io.lavastream.engine.reference;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lavastream.engine.fidelity.GoldenCase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The numerical reference in {@code ../shared/reference}, beside the project. Read in place. */
public final class Reference {
    private Reference() {}

    /** The reference directory; a test that asks where there is none is skipped, and says so. */
    public static Path require() {
        return sibling("reference");
    }

    /** {@code ../shared/NAME}; a test that asks where there is none is skipped, and says so. */
    public static Path sibling(String name) {
        Path directory = locate(name);
        if (!Files.isDirectory(directory)) {
            System.out.printf("NOT RUN: %s is absent%n", directory);
        }
        assumeTrue(Files.isDirectory(directory), "../shared/%s is absent".formatted(name));
        return directory;
    }

    /** A directory of models, goldens, images or the like inside the reference. */
    public static Path path(String relative) {
        return require().resolve(relative);
    }

    /** One case by model and name. */
    public static GoldenCase golden(String model, String name) {
        return GoldenCase.read(require(), path("goldens").resolve(model).resolve(name));
    }

    /** The cases of {@code model} that are single runs, in order. */
    public static List<GoldenCase> cases(String model) {
        try (Stream<Path> directories = Files.list(path("goldens").resolve(model))) {
            return directories
                    .sorted()
                    .map(directory -> GoldenCase.read(require(), directory))
                    .filter(GoldenCase::isSingleRun)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path locate(String name) {
        Path root = Path.of("").toAbsolutePath();
        while (root.getParent() != null && !Files.exists(root.resolve("mvnw"))) {
            root = root.getParent();
        }
        return root.resolveSibling("shared").resolve(name);
    }
}
