package io.lavastream.engine.scheduler;

import java.time.Duration;
import java.util.List;

/**
 * How long the pieces of prompt work take on the machine at hand. Measured by whoever runs them; immutable.
 *
 * @param vision one a stage of the vision tower, in order
 * @param chunks one a length that a prefill may have, the shortest first
 * @param nanosPerPair of a prefill: for each of its positions and each position that stands before it in the slot
 * @param nanosPerCopied for each position that is copied from one slot to another
 */
public record PieceTimes(
        List<Duration> vision, List<Chunk> chunks, double nanosPerPair, double nanosPerCopied) {
    /** A prefill of {@code length} positions at the beginning of a slot; shorter ones of no length of their own cost as much. */
    public record Chunk(int length, Duration time) {}

    public PieceTimes {
        vision = List.copyOf(vision);
        chunks = List.copyOf(chunks);
        if (chunks.isEmpty()) {
            throw new IllegalArgumentException("chunks: none (expected: at least one)");
        }
    }

    /** The smallest pieces there are, the slowest of them: a vision stage or the shortest prefill. */
    public Duration smallestPiece() {
        Duration longest = chunks.get(0).time();
        for (Duration stage : vision) {
            longest = stage.compareTo(longest) > 0 ? stage : longest;
        }
        return longest;
    }
}
