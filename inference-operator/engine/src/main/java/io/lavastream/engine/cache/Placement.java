package io.lavastream.engine.cache;

import java.util.OptionalInt;

/**
 * Where a sequence goes.
 *
 * @param slot that it holds now
 * @param reused positions from the first on that need not be computed
 * @param copyFrom the slot they must be copied from, which is kept as it is until {@link SlotPool#copied}; empty where they
 *     are in the sequence's slot already
 */
public record Placement(int slot, int reused, OptionalInt copyFrom) {}
