package io.lavastream.standalone.service;

import io.lavastream.standalone.StartupException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a process keeps what it needs again after a restart: a given directory, or a temporary one that is removed. */
public final class DataDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);

    private final Path root;
    private final boolean temporary;

    private DataDirectory(Path root, boolean temporary) {
        this.root = root;
        this.temporary = temporary;
    }

    /**
     * The {@code given} directory, created where it is missing, or a temporary one.
     *
     * @throws StartupException when it cannot be created
     */
    public static DataDirectory open(Optional<Path> given) {
        try {
            if (given.isPresent()) {
                return new DataDirectory(
                        Files.createDirectories(given.get().toAbsolutePath()), false);
            }
            return new DataDirectory(Files.createTempDirectory("lavastream-"), true);
        } catch (IOException e) {
            throw new StartupException(
                    "data: %s (expected: a directory that can be written)"
                            .formatted(e.getMessage()),
                    e);
        }
    }

    /** Topics. */
    public Path broker() {
        return root.resolve("broker");
    }

    /** Schemas and their ids. */
    public Path registry() {
        return root.resolve("registry");
    }

    /** State stores of ingest. */
    public Path ingest() {
        return root.resolve("ingest");
    }

    /** The job's checkpoints. */
    public Path checkpoints() {
        return root.resolve("checkpoints");
    }

    /**
     * The name of the process that works with this directory: made up once, kept with it.
     *
     * @throws StartupException when it can neither be read nor kept
     */
    public synchronized String instance() {
        Path file = root.resolve("instance");
        try {
            if (!Files.exists(file)) {
                // Moved into place, so that a kill leaves all of it or nothing.
                Path written = root.resolve("instance.new");
                Files.writeString(written, UUID.randomUUID().toString());
                Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
            }
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new StartupException(
                    "data: %s: %s (expected: a file that can be written)"
                            .formatted(file, e.getMessage()),
                    e);
        }
    }

    /** Removes a temporary directory; keeps a given one. */
    @Override
    public void close() {
        if (!temporary) {
            return;
        }
        try {
            Files.walkFileTree(root, new Deletion());
        } catch (IOException e) {
            LOG.warn("{} was not removed: {}", root, e.toString());
        }
    }

    /** Deletes everything; what another thread has deleted is as good. */
    private static final class Deletion extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw failure;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, IOException failure)
                throws IOException {
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
        }
    }
}
