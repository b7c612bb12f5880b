package io.lavastream.engine.scheduler;

import java.util.BitSet;

/** Knows which slots of the KV cache are taken. The lowest free one is handed out first, so that slots in use stay compact. */
final class SlotAllocator {
    private final int slots;
    private final BitSet taken = new BitSet();

    SlotAllocator(int slots) {
        this.slots = slots;
    }

    boolean hasFree() {
        return taken.cardinality() < slots;
    }

    int allocate() {
        int slot = taken.nextClearBit(0);
        Sequence.verify(slot < slots, "slot allocated with all %d taken", slots);
        taken.set(slot);
        return slot;
    }

    void free(int slot) {
        Sequence.verify(taken.get(slot), "slot %d is freed but not taken", slot);
        taken.clear(slot);
    }
}
