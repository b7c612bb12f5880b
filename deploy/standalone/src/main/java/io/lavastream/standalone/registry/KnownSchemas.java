package io.lavastream.standalone.registry;

import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.lavastream.standalone.StartupException;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Properties;

/**
 * Which schema each of our ids stood for, in a file beside the registry's database. Compared after each start: an id
 * that means another schema would make old records unreadable, or worse, readable as something else.
 */
final class KnownSchemas {
    private final Path file;

    KnownSchemas(Path file) {
        this.file = file;
    }

    /**
     * Asks the registry for every id known here.
     *
     * @throws StartupException when one is gone or means another schema
     */
    void verify(SchemaRegistryClient registry) {
        Properties known = read();
        for (String id : known.stringPropertyNames()) {
            String found = digestOf(registry, Integer.parseInt(id));
            if (!found.equals(known.getProperty(id))) {
                throw new StartupException(
                        "registry: schema id %s has digest %s (expected: %s, from %s)"
                                .formatted(id, found, known.getProperty(id), file));
            }
        }
    }

    /** Adds {@code ids}, for the next start. */
    void keep(SchemaRegistryClient registry, Collection<Integer> ids) {
        Properties known = read();
        ids.forEach(id -> known.setProperty(Integer.toString(id), digestOf(registry, id)));
        write(known);
    }

    private static String digestOf(SchemaRegistryClient registry, int id) {
        try {
            String schema = registry.getSchemaById(id).canonicalString();
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(schema.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (IOException | RestClientException e) {
            throw new StartupException(
                    "registry: schema id %d: %s".formatted(id, e.getMessage()), e);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private Properties read() {
        Properties known = new Properties();
        if (!Files.exists(file)) {
            return known;
        }
        try (Reader reader = Files.newBufferedReader(file)) {
            known.load(reader);
            return known;
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    private void write(Properties known) {
        Path next = file.resolveSibling(file.getFileName() + ".new");
        try {
            try (Writer writer = Files.newBufferedWriter(next)) {
                known.store(writer, "Schema ids given out and the SHA-256 of their schemas");
            }
            Files.move(
                    next,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}
