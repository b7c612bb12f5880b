package io.lavastream.loadtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Whole directories. */
public final class Directories {
    private Directories() {}

    /** Deletes {@code directory} with all that is in it. */
    public static void delete(Path directory) throws IOException {
        deleteWhatIsIn(directory);
        Files.delete(directory);
    }

    /** Deletes all that is in {@code directory}, which stays. */
    public static void deleteWhatIsIn(Path directory) throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> files = Files.walk(directory)) {
            deepestFirst =
                    files.filter(file -> !file.equals(directory))
                            .sorted(Comparator.reverseOrder())
                            .toList();
        }
        for (Path file : deepestFirst) {
            Files.delete(file);
        }
    }

    /** Bytes of all files in {@code directory}. */
    public static long size(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            long sum = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                sum += Files.size(file);
            }
            return sum;
        }
    }
}
