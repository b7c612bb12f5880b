package io.lavastream.loadtests.bench;

import io.lavastream.engine.WeightType;
import io.lavastream.engine.checkpoint.synthetic.ModelShape;
import io.lavastream.engine.model.ComputeDevice;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;

/**
 * What is measured of a device. Checked on construction.
 *
 * @param shape of the model
 * @param weights how they are kept in memory
 * @param promptTokens positions of a prompt, its image included
 * @param shortTokens of a short answer
 * @param captionTokens of a caption
 * @param decodeAt numbers of sequences that decode together
 * @param concurrency numbers of requests that are in the engine at once
 * @param rounds requests of a measurement, for each that is in the engine at once
 * @param directory of the checkpoints, which are kept
 */
record DeviceBenchSettings(
        ModelShape shape,
        WeightType weights,
        int promptTokens,
        int shortTokens,
        int captionTokens,
        List<Integer> decodeAt,
        List<Integer> concurrency,
        int rounds,
        Path directory) {
    private static final int CHUNK = 64;
    private static final int MOST_SLOTS = 256;

    DeviceBenchSettings {
        require(promptTokens >= 1, "prompt-tokens", promptTokens, ">= 1");
        require(shortTokens >= 1, "short-tokens", shortTokens, ">= 1");
        require(captionTokens >= 1, "caption-tokens", captionTokens, ">= 1");
        require(rounds >= 1, "rounds", rounds, ">= 1");
        decodeAt = checked("decode-at", decodeAt);
        concurrency = checked("concurrency", concurrency);
    }

    /** Room for the longest request, in whole chunks of the cache. */
    int slotLength() {
        int positions = promptTokens + Math.max(shortTokens, captionTokens);
        return (positions + CHUNK - 1) / CHUNK * CHUNK;
    }

    /** Where sequences stand while they decode: in the middle of a caption. */
    int decodePosition() {
        return promptTokens + captionTokens / 2;
    }

    /** Whether the goals for a GPU are about this model on this device. */
    boolean isTargeted(ComputeDevice device) {
        return device.gpu().isPresent()
                && shape == ModelShape.LLAVA_7B
                && weights.bytes() == WeightType.BF16.bytes();
    }

    private static List<Integer> checked(String setting, List<Integer> counts) {
        require(!counts.isEmpty(), setting, 0, "at least one number");
        for (int count : counts) {
            require(count >= 1 && count <= MOST_SLOTS, setting, count, "1 to " + MOST_SLOTS);
        }
        return counts.stream().sorted().distinct().toList();
    }

    int mostDecoding() {
        return Collections.max(decodeAt);
    }

    int mostConcurrent() {
        return Collections.max(concurrency);
    }

    private static void require(boolean holds, String setting, int found, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "%s: %d (expected: %s)".formatted(setting, found, expected));
        }
    }
}
