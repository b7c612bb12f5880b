package io.lavastream.loadtests.bench;

import io.lavastream.engine.WeightType;
import io.lavastream.engine.checkpoint.synthetic.ModelShape;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What is measured. Checked on construction.
 *
 * @param shape of the model
 * @param weights how they are kept in memory
 * @param slots of the engine
 * @param requests of the mixed work
 * @param promptTokens positions of a prompt, its image included
 * @param newTokens of an answer
 * @param questionsPerImage of the mixed work: how many requests have the same image
 * @param threads that compute, ours and the peer's
 * @param stages what is measured
 * @param peer whether ONNX Runtime does the same work in turns
 * @param profile whether the time by type of operation is told, too
 * @param steps over which memory shall stay flat; without, that is not measured
 * @param directory of the checkpoints, which are kept
 */
record BenchSettings(
        ModelShape shape,
        WeightType weights,
        int slots,
        int requests,
        int promptTokens,
        int newTokens,
        int questionsPerImage,
        int threads,
        Set<Stage> stages,
        boolean peer,
        boolean profile,
        OptionalInt steps,
        Path directory) {
    /** Positions of a slot: an image, a question and its answer. */
    static final int SLOT_LENGTH = 1024;

    /** Prompt work between two steps, as the engine has it by default. */
    static final Duration STALL_BUDGET = Duration.ofMillis(300);

    BenchSettings {
        require(slots >= 1 && slots <= 256, "slots", slots, "1 to 256");
        require(requests >= 1, "requests", requests, ">= 1");
        require(newTokens >= 2, "new-tokens", newTokens, ">= 2");
        require(
                promptTokens >= 1 && promptTokens + newTokens <= SLOT_LENGTH,
                "prompt-tokens",
                promptTokens,
                "1 to %d, with new-tokens %d at most %d"
                        .formatted(SLOT_LENGTH - newTokens, newTokens, SLOT_LENGTH));
        require(questionsPerImage >= 1, "questions-per-image", questionsPerImage, ">= 1");
        require(threads >= 1, "threads", threads, ">= 1");
        steps.ifPresent(count -> require(count >= 1, "steps", count, ">= 1"));
        stages = Set.copyOf(stages);
        if (peer && isLarge(shape)) {
            throw new IllegalArgumentException(
                    "peer: with shape %s (expected: small, medium or tiny)"
                            .formatted(shape.label()));
        }
    }

    /** Whether the targets are about this model: the arithmetic is in float32 with weights of 16 bits, too, which lose nothing. */
    boolean isTargeted() {
        return shape == ModelShape.SMALL && weights != WeightType.INT8;
    }

    /** Whether memory has no room for a second model. */
    boolean isLarge() {
        return isLarge(shape);
    }

    /** Whether it is the shape of tests, which says nothing about speed. */
    boolean isTiny() {
        return shape == ModelShape.TINY;
    }

    private static boolean isLarge(ModelShape shape) {
        return shape == ModelShape.LLAVA_7B || shape == ModelShape.LLAVA_13B;
    }

    boolean has(Stage stage) {
        return stages.contains(stage);
    }

    boolean hasAny(Stage... some) {
        return Stream.of(some).anyMatch(this::has);
    }

    /** Whether an engine with {@link #slots} is opened. */
    boolean opensEngineOfSlots() {
        return hasAny(Stage.LOAD, Stage.MEMORY, Stage.OVERHEAD, Stage.REUSE, Stage.MIXED)
                || steps.isPresent();
    }

    private static void require(boolean holds, String setting, int found, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "%s: %d (expected: %s)".formatted(setting, found, expected));
        }
    }
}
