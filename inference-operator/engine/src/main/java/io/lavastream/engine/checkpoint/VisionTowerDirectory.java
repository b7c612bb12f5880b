package io.lavastream.engine.checkpoint;

import io.lavastream.engine.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds the CLIP directory of a model in the original layout, whose {@code mm_vision_tower} names a
 * repository: the directory that the user names; else the one of that name beside the model; else
 * the only one beside the model with the patch and image size that the name tells.
 */
final class VisionTowerDirectory {
    /** {@code ...patch14-336}; without a second number the image has 224 pixels. */
    private static final Pattern SIZES = Pattern.compile("patch(\\d{1,4})(?:-(\\d{1,4}))?$");

    private static final int DEFAULT_IMAGE_SIZE = 224;

    /** Directories looked at beside a model; more say that it lies in no place for models. */
    private static final int MAX_SIBLINGS = 10_000;

    /** A directory that has a vision tower. */
    record Candidate(Path directory, ClipVisionConfig config) {}

    /**
     * The vision tower of a model.
     *
     * @param why it is this one, in words
     */
    record Found(Path directory, ClipVisionConfig config, String why) {
        private Found(Candidate candidate, String why) {
            this(candidate.directory(), candidate.config(), why);
        }

        String describe() {
            return "%s (%s)".formatted(directory, why);
        }
    }

    private VisionTowerDirectory() {}

    /**
     * The vision tower of the model in {@code directory}.
     *
     * @param config the model's
     * @param named by the user
     * @throws CheckpointException if there is none, or several would do; it lists them
     */
    static Found find(Path directory, ConfigObject config, Optional<Path> named) {
        if (named.isPresent()) {
            return new Found(read(named.get()), "as set");
        }
        Optional<Path> ofThatName = ofThatName(directory, config.text("mm_vision_tower", ""));
        if (ofThatName.isPresent()) {
            return new Found(read(ofThatName.get()), "named by mm_vision_tower");
        }
        return new Found(
                onlyOneOfThoseSizes(directory, config),
                "the only one beside the model with the sizes in mm_vision_tower");
    }

    private static Candidate read(Path directory) {
        return new Candidate(directory, ClipVisionConfigReader.ofDirectory(directory));
    }

    /** Every readable CLIP directory beside {@code directory}, by name. */
    static List<Candidate> beside(Path directory) {
        List<Candidate> found = new ArrayList<>();
        for (Path sibling : siblings(directory)) {
            if (Files.isRegularFile(sibling.resolve("config.json"))) {
                candidate(sibling).ifPresent(found::add);
            }
        }
        return found;
    }

    /** The last part of a repository's or directory's name. */
    static String lastPart(String name) {
        String trimmed = name.replaceAll("/+$", "");
        return trimmed.substring(trimmed.lastIndexOf('/') + 1);
    }

    private static Optional<Path> ofThatName(Path directory, String name) {
        Path beside = parent(directory);
        return Stream.of(lastPart(name), name)
                .filter(part -> !part.isEmpty())
                .flatMap(part -> resolved(beside, part).stream())
                .filter(path -> path.startsWith(beside) && !path.equals(beside))
                .filter(path -> Files.isRegularFile(path.resolve("config.json")))
                .filter(path -> !path.equals(directory.toAbsolutePath().normalize()))
                .findFirst();
    }

    /** A name in a file is no leave to look elsewhere, so the caller checks where this leads. */
    private static Optional<Path> resolved(Path beside, String name) {
        try {
            return Optional.of(beside.resolve(name).normalize());
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static Candidate onlyOneOfThoseSizes(Path directory, ConfigObject config) {
        Matcher sizes = SIZES.matcher(config.text("mm_vision_tower", ""));
        if (!sizes.find()) {
            throw config.refused(
                    "mm_vision_tower",
                    "the name of a directory beside the model, or one that ends with its sizes, as"
                            + " patch14-336, or --vision-tower DIR; found "
                            + listed(beside(directory)));
        }
        int patchSize = Integer.parseInt(sizes.group(1));
        int imageSize =
                sizes.group(2) == null ? DEFAULT_IMAGE_SIZE : Integer.parseInt(sizes.group(2));
        List<Candidate> all = beside(directory);
        List<Candidate> fitting =
                all.stream()
                        .filter(candidate -> candidate.config().patchSize() == patchSize)
                        .filter(candidate -> candidate.config().imageSize() == imageSize)
                        .toList();
        if (fitting.size() == 1) {
            return fitting.get(0);
        }
        throw config.refused(
                "mm_vision_tower",
                "one CLIP directory beside the model with patches of %d and images of %d pixels,"
                                .formatted(patchSize, imageSize)
                        + " or --vision-tower DIR; found %s%s"
                                .formatted(
                                        fitting.isEmpty() ? "none of these sizes: " : "several: ",
                                        listed(fitting.isEmpty() ? all : fitting)));
    }

    /** For a message: names and sizes. */
    static String listed(List<Candidate> candidates) {
        List<String> shown =
                candidates.stream()
                        .map(
                                candidate ->
                                        "%s (patch %d, image %d)"
                                                .formatted(
                                                        candidate.directory().getFileName(),
                                                        candidate.config().patchSize(),
                                                        candidate.config().imageSize()))
                        .toList();
        return shown.isEmpty() ? "no CLIP directory at all" : String.join(", ", shown);
    }

    /** The tower in {@code sibling}; empty where it is no CLIP model, or not one that is read. */
    private static Optional<Candidate> candidate(Path sibling) {
        try {
            return Optional.of(read(sibling));
        } catch (CheckpointException e) {
            return Optional.empty();
        }
    }

    private static List<Path> siblings(Path directory) {
        Path beside = parent(directory);
        try (Stream<Path> paths = Files.list(beside)) {
            return paths.limit(MAX_SIBLINGS).filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            throw new CheckpointException(
                    "%s: cannot be listed: %s (expected: the directory of models)"
                            .formatted(beside, e.getClass().getSimpleName()),
                    e);
        }
    }

    private static Path parent(Path directory) {
        Path absolute = directory.toAbsolutePath().normalize();
        return absolute.getParent() == null ? absolute : absolute.getParent();
    }
}
