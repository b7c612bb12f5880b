package io.lavastream.loadtests.installation;

import io.lavastream.loadtests.Directories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Where an installation keeps data and logs: what nobody wants to keep is removed, unless something went wrong. */
public final class ScratchDirectory implements AutoCloseable {
    private final Path path;
    private boolean expendable;
    private final boolean kept;

    private ScratchDirectory(Path path, boolean kept) {
        this.path = path;
        this.kept = kept;
    }

    /**
     * Makes it.
     *
     * @param keep a new or empty directory that stays; null for a temporary one
     * @param prefix of the temporary one's name
     * @throws IllegalArgumentException if {@code keep} has something in it
     */
    public static ScratchDirectory of(Path keep, String prefix) throws IOException {
        if (keep == null) {
            return new ScratchDirectory(Files.createTempDirectory(prefix), false);
        }
        Files.createDirectories(keep);
        try (Stream<Path> files = Files.list(keep)) {
            Optional<Path> any = files.findAny();
            if (any.isPresent()) {
                throw new IllegalArgumentException(
                        "keep: %s with %s in it (expected: a new or empty directory)"
                                .formatted(keep, any.get().getFileName()));
            }
        }
        return new ScratchDirectory(keep.toAbsolutePath(), true);
    }

    public Path path() {
        return path;
    }

    /** All is well: nobody needs it. */
    public void expendable() {
        expendable = !kept;
    }

    /** Removes the directory, or says where it is. */
    @Override
    public void close() throws IOException {
        if (!expendable) {
            System.err.println("data and logs: " + path);
            return;
        }
        Directories.delete(path);
    }
}
