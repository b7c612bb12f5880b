package io.lavastream.standalone.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A question, and how it shall be answered. */
final class QuestionOptions {
    @Mixin private FormatOptions format;
    @Mixin private SamplingOptions sampling;

    @Option(
            names = "--image",
            paramLabel = "FILE",
            description = "An image that the question is about; repeat it for more.")
    private List<Path> images = List.of();

    @Option(
            names = "--system",
            paramLabel = "TEXT",
            description = "System text instead of the conversation template's.")
    private String system;

    @Parameters(paramLabel = "QUESTION", description = "The question, as plain text.")
    private String text;

    FormatOptions format() {
        return format;
    }

    SamplingOptions sampling() {
        return sampling;
    }

    /** The images' files, read. */
    List<byte[]> images() {
        return images.stream().map(ImageFiles::read).toList();
    }

    Optional<String> system() {
        return Optional.ofNullable(system);
    }

    String text() {
        return text;
    }
}
