package io.lavastream.engine.scheduler;

import java.time.Duration;
import java.util.List;

/**
 * How long the pieces of prompt work take on the machine at hand. Measured by whoever runs them; immutable.
 *
 * @param vision one a stage of the vision tower, in order
 * @param chunks one a length that a prefill may have, the shortest first
 * @param nanosPerCopied for each position that is copied from one slot to another
 */
public record PieceTimes(List<Duration> vision, List<Chunk> chunks, double nanosPerCopied) {
    /** Shorter prefills than that which takes a position in fastest may take this many times as long for one. */
    private static final int WORTHWHILE = 2;

    /**
     * A prefill of up to {@code length} positions.
     *
     * @param time at the beginning of a slot
     * @param nanosPerEarlier more for each position that stands before it in the slot; not in proportion to {@code length}, as
     *     few positions read the slot no faster than many
     */
    public record Chunk(int length, Duration time, double nanosPerEarlier) {
        /** Nanoseconds behind {@code start} positions. */
        long nanosBehind(int start) {
            return time.toNanos() + (long) (nanosPerEarlier * start);
        }

        double nanosPerPosition() {
            return time.toNanos() / (double) length;
        }
    }

    public PieceTimes {
        vision = List.copyOf(vision);
        chunks = List.copyOf(chunks);
        if (chunks.isEmpty()) {
            throw new IllegalArgumentException("chunks: none (expected: at least one)");
        }
    }

    /** Positions that one prefill takes at most. */
    public int longestChunk() {
        return chunks.get(chunks.size() - 1).length();
    }

    /**
     * The longest that a piece takes where all are chosen as short as is sensible: a stage of vision, or at the beginning of a
     * slot the shortest prefill that is not wasteful. The first few positions of a prefill cost as much as reading all weights.
     */
    public Duration smallestPiece() {
        Duration longest = shortestWorthwhile().time();
        for (Duration stage : vision) {
            longest = stage.compareTo(longest) > 0 ? stage : longest;
        }
        return longest;
    }

    /** The shortest prefill that is not wasteful. */
    Chunk shortestWorthwhile() {
        double best = Double.MAX_VALUE;
        for (Chunk chunk : chunks) {
            best = Math.min(best, chunk.nanosPerPosition());
        }
        for (Chunk chunk : chunks) {
            if (chunk.nanosPerPosition() <= WORTHWHILE * best) {
                return chunk;
            }
        }
        throw new IllegalStateException("no chunk is the best of all");
    }

    /**
     * The prefill that is made behind {@code start} positions however little is left of a budget: the shortest that is not
     * wasteful, but where that takes longer than {@code nanos}, the longest that does not, if there is one.
     */
    Chunk smallest(int start, long nanos) {
        Chunk sensible = shortestWorthwhile();
        Chunk smallest = sensible;
        for (Chunk chunk : chunks) {
            if (chunk.length() <= sensible.length() && chunk.nanosBehind(start) <= nanos) {
                smallest = chunk;
            }
        }
        return smallest;
    }

    /** What {@code work}, a piece of a prompt, should take. */
    double nanos(Work work) {
        if (work instanceof Work.Encode encode) {
            return visionNanos(encode.stage());
        }
        if (work instanceof Work.Copy copy) {
            return copy.length() * nanosPerCopied;
        }
        Work.Prefill prefill = (Work.Prefill) work;
        for (Chunk chunk : chunks) {
            if (chunk.length() >= prefill.length()) {
                return chunk.nanosBehind(prefill.start());
            }
        }
        throw new IllegalStateException("prefill: longer than the longest chunk");
    }

    /** Nanoseconds of a stage of vision. */
    long visionNanos(int stage) {
        return vision.get(stage).toNanos();
    }

    /**
     * The length of the prefill that takes in {@code wanted} positions fastest, piece after piece, of those that fit {@code
     * nanos}; 0 if none does.
     */
    int chunkWithin(long nanos, int start, int wanted) {
        int length = 0;
        double best = 0;
        for (Chunk chunk : chunks) {
            long time = Math.max(1, chunk.nanosBehind(start));
            double pace = Math.min(wanted, chunk.length()) / (double) time;
            if (time <= nanos && pace >= best) {
                best = pace;
                length = chunk.length();
            }
        }
        return length;
    }

    /** Positions that can be copied within {@code nanos}. */
    int copiedWithin(long nanos) {
        return (int)
                Math.max(0, Math.min(Integer.MAX_VALUE, nanos / Math.max(1e-9, nanosPerCopied)));
    }
}
