package io.lavastream.engine.scheduler;

import static java.util.Objects.requireNonNull;

import io.lavastream.engine.cache.Placement;
import io.lavastream.engine.cache.SharedTiles;
import io.lavastream.engine.cache.Tile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * One request as the scheduler sees it: its rank, and how far it has come. Not thread-safe: the scheduler's thread owns it.
 *
 * <p>A sequence waits until it gets a slot; then the beginning of its prompt that another slot holds is copied, the tiles of its
 * images are encoded and the rest of its prompt is prefilled, piece by piece; from its first token on it runs; when it has
 * finished, the slot is free again.
 */
public final class Sequence {
    /** The stages of a sequence's life, in order. Any of them may be followed by {@code FINISHED}. */
    public enum State {
        NEW,
        WAITING,
        PREFILLING,
        RUNNING,
        FINISHED
    }

    private static final int NO_SLOT = -1;

    private final int lane;
    private final Instant deadline;
    private final int length;
    private Prompt prompt;

    private State state = State.NEW;
    private long arrival;
    private List<NeededTile> tiles = List.of();
    private int slot = NO_SLOT;
    private OptionalInt copyFrom = OptionalInt.empty();
    private int copyEnd;
    private int computed;
    private boolean suspect;

    /**
     * @param lane priority: 0 is the first lane, served before the others
     * @param deadline orders sequences of one lane; expiry is decided by the caller
     * @param length positions that its slot should have: prompt and some of the answer
     */
    public Sequence(int lane, Instant deadline, Prompt prompt, int length) {
        if (lane < 0 || length < prompt.length()) {
            throw new IllegalArgumentException(
                    "lane %d, length %d (expected: >= 0, >= prompt-length %d)"
                            .formatted(lane, length, prompt.length()));
        }
        this.lane = lane;
        this.deadline = requireNonNull(deadline, "deadline");
        this.prompt = prompt;
        this.length = length;
    }

    public int lane() {
        return lane;
    }

    public Instant deadline() {
        return deadline;
    }

    public int promptLength() {
        return prompt.length();
    }

    public State state() {
        return state;
    }

    /** The slot it holds; only while prefilling or running. */
    public int slot() {
        verify(slot != NO_SLOT, "no slot: the sequence is %s", state);
        return slot;
    }

    Prompt prompt() {
        return prompt;
    }

    /** Positions that its slot should have. */
    int length() {
        return length;
    }

    /** Order of arrival, unique in a scheduler. */
    public long arrival() {
        return arrival;
    }

    boolean holdsSlot() {
        return slot != NO_SLOT;
    }

    /** Whether the last work on it failed, so that its next work is done alone. */
    boolean isSuspect() {
        return suspect;
    }

    /** Positions of its prompt that its slot holds. */
    int computed() {
        return computed;
    }

    /** The slot that the beginning of its prompt is still to be copied from. */
    OptionalInt copyFrom() {
        return copyFrom;
    }

    /** The prompt's tile of that number; only until its last row is in the slot. */
    public Tile tile(int number) {
        for (NeededTile needed : tiles) {
            if (needed.number() == number) {
                return needed.tile();
            }
        }
        throw new IllegalStateException("tile %d: read already, or none".formatted(number));
    }

    /** Shares the tiles of its images with whoever needs the same. */
    void arrive(long order, SharedTiles shared) {
        move(State.NEW, State.WAITING);
        arrival = order;
        List<NeededTile> needed = new ArrayList<>();
        prompt.tiles()
                .forEach(
                        tile ->
                                needed.add(
                                        new NeededTile(
                                                tile.number(),
                                                shared.take(tile),
                                                tile.begin(),
                                                tile.end())));
        tiles = needed;
        prompt = new Prompt(prompt.key(), List.of()); // lets go of pixels that others brought too
    }

    void admit(Placement placement) {
        move(State.WAITING, State.PREFILLING);
        slot = placement.slot();
        copyFrom = placement.copyFrom();
        copyEnd = placement.reused();
        computed = copyFrom.isPresent() ? 0 : placement.reused();
    }

    /** What must be done next on its prompt. A full chunk is prefilled before the next tile is looked at. */
    NextPiece nextPiece(int longestChunk) {
        verify(state == State.PREFILLING, "prompt work: the sequence is %s", state);
        if (copyFrom.isPresent()) {
            return new NextPiece.Copy(copyFrom.getAsInt(), copyEnd);
        }
        for (NeededTile tile : tiles) {
            if (!tile.tile().isEncoded()) {
                return tile.begin() - computed < longestChunk
                        ? new NextPiece.Encode(tile.tile())
                        : new NextPiece.Prefill(tile.begin());
            }
        }
        return new NextPiece.Prefill(promptLength());
    }

    /** Whether it needs {@code tile} for one of its first {@code positions}. */
    boolean needs(Tile tile, int positions) {
        for (NeededTile needed : tiles) {
            if (needed.tile() == tile && needed.begin() < positions) {
                return true;
            }
        }
        return false;
    }

    /** A stage of vision was done for it. */
    void encoded() {
        verify(state == State.PREFILLING, "encoded: the sequence is %s", state);
        suspect = false;
    }

    /** {@code length} positions from {@code start} are in its slot; true with the last that are copied. */
    boolean copied(int start, int positions) {
        advance(start, positions);
        if (computed < copyEnd) {
            return false;
        }
        copyFrom = OptionalInt.empty();
        return true;
    }

    void prefilled(int start, int positions) {
        verify(copyFrom.isEmpty(), "prefilled before the prefix was copied: %s", copyFrom);
        advance(start, positions);
        if (computed == promptLength()) {
            move(State.PREFILLING, State.RUNNING);
        }
    }

    private void advance(int start, int positions) {
        verify(state == State.PREFILLING, "prompt work: the sequence is %s", state);
        verify(start == computed, "prompt work from %s out of order", start);
        verify(
                start + positions <= promptLength(),
                "prompt work beyond the prompt by %s",
                positions);
        computed += positions;
        suspect = false;
    }

    void decoded() {
        verify(state == State.RUNNING, "decoded: the sequence is %s", state);
        suspect = false;
    }

    void suspect() {
        suspect = true;
    }

    /** Lets go of the tiles whose rows its slot holds. */
    void releaseReadTiles(SharedTiles shared) {
        releaseTiles(shared, computed);
    }

    void finish(SharedTiles shared) {
        verify(state != State.FINISHED, "finished twice while %s", state);
        releaseTiles(shared, Integer.MAX_VALUE);
        state = State.FINISHED;
        slot = NO_SLOT;
        copyFrom = OptionalInt.empty();
    }

    private void releaseTiles(SharedTiles shared, int end) {
        List<NeededTile> left = new ArrayList<>();
        for (NeededTile tile : tiles) {
            if (tile.end() <= end) {
                shared.release(tile.tile());
            } else {
                left.add(tile);
            }
        }
        tiles = left;
    }

    private void move(State from, State to) {
        verify(state == from, "to " + to + " while %s", state);
        state = to;
    }

    /** Asserts what must hold inside the scheduler; a violation is our bug and stops close to its cause. */
    static void verify(boolean holds, String message, Object value) {
        if (!holds) {
            throw new IllegalStateException(message.formatted(value));
        }
    }
}
