package io.lavastream.standalone.cli;

import io.lavastream.standalone.StartupException;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/** Settings in Java's {@code .properties} format. */
final class PropertiesFile {
    private PropertiesFile() {}

    /** The file's settings; none for {@code null}. */
    static Map<String, String> read(String option, Path file) {
        if (file == null) {
            return Map.of();
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new StartupException(
                    "%s: %s cannot be read (expected: a .properties file)".formatted(option, file),
                    e);
        }
        return properties.stringPropertyNames().stream()
                .collect(Collectors.toMap(name -> name, properties::getProperty));
    }
}
