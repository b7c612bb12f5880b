package io.lavastream.engine;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a model comes from. Immutable.
 *
 * @param directory the model, in the Hugging Face or the original layout
 * @param visionTower a CLIP directory, for a model without a vision tower inside; absent: the one
 *     that the model's {@code mm_vision_tower} names, or the only one beside the model with the
 *     sizes of that name
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

    public CheckpointSource withVisionTower(Path clip) {
        return new CheckpointSource(directory, Optional.of(clip), base);
    }

    public CheckpointSource withBase(Path model) {
        return new CheckpointSource(directory, visionTower, Optional.of(model));
    }
}
