package io.lavastream.standalone.cli;

import io.lavastream.standalone.StartupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Image files named on the command line. */
final class ImageFiles {
    private ImageFiles() {}

    /** The file's bytes; whether they are an image is for the service to say. */
    static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new StartupException(
                    "image: %s cannot be read (expected: an image file)".formatted(file), e);
        }
    }
}
