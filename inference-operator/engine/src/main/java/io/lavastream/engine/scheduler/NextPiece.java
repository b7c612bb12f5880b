package io.lavastream.engine.scheduler;

import io.lavastream.engine.cache.Tile;

/** What must be done next on a prompt, before it is decided how much of it at once. */
sealed interface NextPiece {
    /** Positions up to {@code end} are to be copied from {@code fromSlot}. */
    record Copy(int fromSlot, int end) implements NextPiece {}

    /** The next stage of {@code tile}. */
    record Encode(Tile tile) implements NextPiece {}

    /** Positions up to {@code end} can be prefilled. */
    record Prefill(int end) implements NextPiece {}
}
