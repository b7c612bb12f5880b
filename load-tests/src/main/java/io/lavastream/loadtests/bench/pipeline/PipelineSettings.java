package io.lavastream.loadtests.bench.pipeline;

import static java.util.Objects.requireNonNull;

import io.lavastream.ingest.IngestConfig.Delivery;
import io.lavastream.topics.Lanes;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What is measured. Checked on construction.
 *
 * @param model what answers
 * @param load how questions come
 * @param warmUp how long questions come before anything is counted
 * @param duration how long what is counted lasts
 * @param imageKilobytes size of each question's image file; 0 for questions without one
 * @param lane that is measured
 * @param delivery what ingest guarantees
 * @param newTokens of an answer
 * @param restore whether it is measured, too, how soon ingest is back after it was killed
 * @param seed decides moments and pictures
 */
record PipelineSettings(
        Model model,
        Load load,
        Duration warmUp,
        Duration duration,
        int imageKilobytes,
        String lane,
        Delivery delivery,
        int newTokens,
        boolean restore,
        long seed) {
    /** What a record may hold, with room for the question: larger images have ways of their own. */
    private static final int LARGEST_IMAGE_KILOBYTES = 4_000;

    PipelineSettings {
        requireNonNull(model, "model");
        requireNonNull(load, "load");
        requireNonNull(delivery, "delivery");
        require(!warmUp.isNegative(), "warm-up", warmUp, ">= 0");
        require(duration.toMillis() >= 1, "duration", duration, "> 0");
        require(
                imageKilobytes >= 0 && imageKilobytes <= LARGEST_IMAGE_KILOBYTES,
                "image-kb",
                imageKilobytes,
                "0 to " + LARGEST_IMAGE_KILOBYTES);
        require(Lanes.DEFAULT.contains(lane), "lane", lane, "one of " + Lanes.DEFAULT);
        require(newTokens >= 1, "new-tokens", newTokens, ">= 1");
        if (load instanceof Saturation && model instanceof Stub) {
            throw new IllegalArgumentException(
                    "max: with a stub (expected: a model, which can be run alone, too)");
        }
        if (load instanceof Expiring expiring
                && !(model instanceof Stub stub
                        && stub.latency().compareTo(expiring.deadline()) > 0)) {
            throw new IllegalArgumentException(
                    "deadline-ms: %d (expected: with a stub that takes longer)"
                            .formatted(expiring.deadline().toMillis()));
        }
    }

    PipelineSettings withModel(Model other) {
        return new PipelineSettings(
                other,
                load,
                warmUp,
                duration,
                imageKilobytes,
                lane,
                delivery,
                newTokens,
                restore,
                seed);
    }

    /** What answers. */
    sealed interface Model {}

    /** Whatever is asked, after the same time. */
    record Stub(Duration latency) implements Model {
        Stub {
            require(latency.toMillis() >= 1, "stub-ms", latency, "> 0");
        }
    }

    /** The model of a directory. */
    record Served(Path directory) implements Model {}

    /** How questions come. */
    sealed interface Load {}

    /** So many a second, at random moments, whether earlier ones are answered or not. */
    record OpenLoop(double perSecond) implements Load {
        OpenLoop {
            require(perSecond > 0, "rate", perSecond, "> 0");
        }
    }

    /** As many at once as keep the engine full. */
    record Saturation() implements Load {}

    /** An open loop on the lane, without and with {@code questions} that wait on the other lane. */
    record BesideBacklog(double perSecond, int questions) implements Load {
        BesideBacklog {
            require(perSecond > 0, "rate", perSecond, "> 0");
            require(questions >= 1, "backlog", questions, ">= 1");
        }
    }

    /** An open loop of questions that a stub would answer after their {@code deadline}. */
    record Expiring(double perSecond, Duration deadline) implements Load {
        Expiring {
            require(perSecond > 0, "rate", perSecond, "> 0");
            require(deadline.toMillis() >= 1, "deadline-ms", deadline, "> 0");
        }
    }

    private static void require(boolean holds, String setting, Object found, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "%s: %s (expected: %s)".formatted(setting, found, expected));
        }
    }
}
