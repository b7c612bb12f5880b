package io.lavastream.standalone.registry;

import io.lavastream.standalone.StartupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * The registry program as the build unpacked it.
 *
 * @param jar its runner jar, which names its libraries
 * @param mainClass its main class
 */
public record RegistryHome(Path jar, String mainClass) {
    /** System property with the directory; the command's script sets it. */
    public static final String PROPERTY = "lavastream.registry.home";

    /** The program in the directory that {@link #PROPERTY} names. */
    public static RegistryHome fromSystemProperty() {
        String directory = System.getProperty(PROPERTY);
        if (directory == null) {
            throw new StartupException(
                    "system property %s: not set (expected: directory of the unpacked registry)"
                            .formatted(PROPERTY));
        }
        return in(Path.of(directory));
    }

    /**
     * The program in {@code directory}.
     *
     * @throws StartupException when it is not there
     */
    public static RegistryHome in(Path directory) {
        Path jar = runnerJar(directory);
        try (JarFile file = new JarFile(jar.toFile())) {
            return new RegistryHome(
                    jar,
                    file.getManifest().getMainAttributes().getValue(Attributes.Name.MAIN_CLASS));
        } catch (IOException e) {
            throw new StartupException("%s: %s".formatted(jar, e.getMessage()), e);
        }
    }

    private static Path runnerJar(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> jars =
                    files.filter(file -> file.toString().endsWith("-runner.jar")).toList();
            if (jars.size() == 1) {
                return jars.get(0);
            }
            throw new StartupException(
                    "%s: %d files named *-runner.jar (expected: 1)"
                            .formatted(directory, jars.size()));
        } catch (IOException e) {
            throw new StartupException(
                    "%s: no such directory (expected: the unpacked registry)".formatted(directory),
                    e);
        }
    }
}
