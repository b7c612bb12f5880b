package io.lavastream.engine.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Where in the cache each slot's chunks lie: anywhere, as pages do (arXiv 2309.06180), so that those which a decode step reads can lie
 * together. Not thread-safe.
 */
final class ChunkMap {
    /** Two places of the cache whose chunks change places. */
    record Exchange(int one, int other) {}

    private record Owner(int slot, int index) {}

    /** By slot, and by position in it. */
    private final int[][] places;

    private final Owner[] owners;

    /** At first slot behind slot, in order; {@code lengths} counts the chunks of each. */
    ChunkMap(int[] lengths) {
        places = new int[lengths.length][];
        owners = new Owner[Arrays.stream(lengths).sum()];
        int place = 0;
        for (int slot = 0; slot < lengths.length; slot++) {
            places[slot] = new int[lengths[slot]];
            for (int index = 0; index < lengths[slot]; index++) {
                put(new Owner(slot, index), place++);
            }
        }
    }

    /** How many chunks all slots have. */
    int count() {
        return owners.length;
    }

    /** Where the chunk lies that is the slot's {@code index}th, from 0. */
    int place(int slot, int index) {
        return places[slot][index];
    }

    /** Where the slot's first {@code count} chunks lie, in the order of their positions. */
    int[] places(int slot, int count) {
        return Arrays.copyOf(places[slot], count);
    }

    /**
     * What has to change places so that the first chunks of {@code slots} lie before all others, in whatever order. As few as that
     * takes; no place is in two of them.
     *
     * @param slots each at most once
     * @param counts [slots], how many chunks of each
     */
    List<Exchange> toFront(int[] slots, int[] counts) {
        BitSet needed = new BitSet(count());
        for (int i = 0; i < slots.length; i++) {
            for (int index = 0; index < counts[i]; index++) {
                needed.set(places[slots[i]][index]);
            }
        }
        List<Exchange> exchanges = new ArrayList<>();
        int free = 0;
        int front = needed.cardinality();
        for (int place = needed.nextSetBit(front);
                place >= 0;
                place = needed.nextSetBit(place + 1)) {
            free = needed.nextClearBit(free);
            exchanges.add(new Exchange(free++, place));
        }
        return exchanges;
    }

    /** Tells that chunks have changed places. */
    void exchanged(List<Exchange> exchanges) {
        for (Exchange exchange : exchanges) {
            Owner one = owners[exchange.one()];
            put(owners[exchange.other()], exchange.one());
            put(one, exchange.other());
        }
    }

    private void put(Owner owner, int place) {
        places[owner.slot()][owner.index()] = place;
        owners[place] = owner;
    }
}
