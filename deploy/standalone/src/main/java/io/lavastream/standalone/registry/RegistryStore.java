package io.lavastream.standalone.registry;

import io.lavastream.standalone.StartupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The registry's data directory. A schema id is part of every record on a topic, so ids must never start over while
 * topics stay: a database that was there and is gone is refused.
 */
final class RegistryStore {
    private static final String DATABASE = "registry";

    private final Path directory;

    RegistryStore(Path directory) {
        this.directory = directory.toAbsolutePath();
    }

    /**
     * Address of the database: created at the first start, required to exist at later ones.
     *
     * @throws StartupException when it existed and is gone
     */
    String jdbcUrl() {
        // WRITE_DELAY=0: without it a killed process forgets ids that it has given out.
        String url =
                "jdbc:h2:file:%s;WRITE_DELAY=0;TRACE_LEVEL_FILE=0"
                        .formatted(directory.resolve(DATABASE));
        if (!Files.exists(knownIds())) {
            return url;
        }
        Path database = directory.resolve(DATABASE + ".mv.db");
        if (!Files.exists(database)) {
            throw new StartupException(
                    "registry: %s is missing, but %s lists ids that it gave out (expected: both, or neither)"
                            .formatted(database, knownIds()));
        }
        return url + ";IFEXISTS=TRUE";
    }

    /** Where {@link KnownSchemas} are kept. */
    Path knownIds() {
        return directory.resolve("schema-ids.properties");
    }

    /** The registry's temporary files. */
    Path temporaryFiles() {
        return directory.resolve("tmp");
    }

    /** What the registry wrote to its standard output and error at its latest start. */
    Path log() {
        return directory.resolve("registry.log");
    }

    void create() {
        try {
            Files.createDirectories(temporaryFiles());
        } catch (IOException e) {
            throw new StartupException("registry: cannot write to " + directory, e);
        }
    }
}
