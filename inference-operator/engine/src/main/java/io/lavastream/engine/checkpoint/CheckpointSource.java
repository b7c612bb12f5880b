package io.lavastream.engine.checkpoint;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a model comes from. Immutable.
 *
 * @param directory the model
 * @param visionTower a CLIP directory, for a model of the original layout without a vision tower
 *     inside; absent: one is looked for beside the model
 * @param base the language model that {@code directory}, a projector or a LoRA adapter alone, is
 *     merged over; absent: {@code directory} is complete
 */
public record CheckpointSource(Path directory, Optional<Path> visionTower, Optional<Path> base) {
    public CheckpointSource {
        requireNonNull(directory, "directory");
        requireNonNull(visionTower, "visionTower");
        requireNonNull(base, "base");
    }

    /** A complete model that says itself what its vision tower is. */
    public static CheckpointSource of(Path directory) {
        return new CheckpointSource(directory, Optional.empty(), Optional.empty());
    }
}
