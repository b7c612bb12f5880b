package io.lavastream.engine.scheduler;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * One request as the scheduler sees it: its rank, and how far it has come. Not thread-safe: the scheduler's thread owns it.
 *
 * <p>A sequence waits until it gets a slot; then the tiles of its images are encoded and its prompt is prefilled piece by piece; from its
 * first token on it runs; when it has finished, the slot is free again.
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
    private final int tiles;
    private final int promptLength;

    private State state = State.NEW;
    private long arrival;
    private int slot = NO_SLOT;
    private int encodedTiles;
    private int prefilled;
    private boolean suspect;

    /**
     * @param lane priority: 0 is the first lane, served before the others
     * @param deadline orders sequences of one lane; expiry is decided by the caller
     * @param tiles of its images, to be encoded before the prompt
     * @param promptLength positions of the prompt, images expanded; at least one
     */
    public Sequence(int lane, Instant deadline, int tiles, int promptLength) {
        if (lane < 0 || tiles < 0 || promptLength < 1) {
            throw new IllegalArgumentException(
                    "lane %d, tiles %d, prompt-length %d (expected: >= 0, >= 0, >= 1)"
                            .formatted(lane, tiles, promptLength));
        }
        this.lane = lane;
        this.deadline = requireNonNull(deadline, "deadline");
        this.tiles = tiles;
        this.promptLength = promptLength;
    }

    public int lane() {
        return lane;
    }

    public Instant deadline() {
        return deadline;
    }

    public int promptLength() {
        return promptLength;
    }

    public State state() {
        return state;
    }

    /** The slot it holds; only while prefilling or running. */
    public int slot() {
        verify(slot != NO_SLOT, "no slot: the sequence is %s", state);
        return slot;
    }

    /** Order of arrival, unique in a scheduler. */
    long arrival() {
        return arrival;
    }

    boolean holdsSlot() {
        return slot != NO_SLOT;
    }

    /** Whether the last work on it failed, so that its next work is done alone. */
    boolean isSuspect() {
        return suspect;
    }

    void arrive(long order) {
        move(State.NEW, State.WAITING);
        arrival = order;
    }

    void admit(int freeSlot) {
        move(State.WAITING, State.PREFILLING);
        slot = freeSlot;
    }

    /** The next piece of its prompt: a tile first, then positions. */
    Work promptWork(int maxChunk) {
        verify(state == State.PREFILLING, "prompt work: the sequence is %s", state);
        if (encodedTiles < tiles) {
            return new Work.EncodeTile(this, encodedTiles);
        }
        return new Work.Prefill(this, prefilled, Math.min(maxChunk, promptLength - prefilled));
    }

    void encoded(int tile) {
        verify(state == State.PREFILLING, "encoded: the sequence is %s", state);
        verify(tile == encodedTiles, "encoded tile %s out of order", tile);
        encodedTiles++;
        suspect = false;
    }

    void prefilled(int start, int length) {
        verify(state == State.PREFILLING, "prefilled: the sequence is %s", state);
        verify(start == prefilled, "prefilled from %s out of order", start);
        verify(start + length <= promptLength, "prefilled beyond the prompt by %s", length);
        prefilled += length;
        suspect = false;
        if (prefilled == promptLength) {
            move(State.PREFILLING, State.RUNNING);
        }
    }

    void decoded() {
        verify(state == State.RUNNING, "decoded: the sequence is %s", state);
        suspect = false;
    }

    void suspect() {
        suspect = true;
    }

    void finish() {
        verify(state != State.FINISHED, "finished twice while %s", state);
        state = State.FINISHED;
        slot = NO_SLOT;
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
