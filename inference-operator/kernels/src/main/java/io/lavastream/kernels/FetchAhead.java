package io.lavastream.kernels;

/**
 * What of memory a loop touches while it computes, so that it is in the second-level cache when its turn comes: a quarter at each of four places at
 * once, as a processor fetches ahead in each of them, and what it fetches for one place is on some machines a quarter of what memory gives.
 *
 * @param memory as {@link VectorMemory#of} makes it
 * @param at byte at which the first quarter begins
 * @param distance bytes from one quarter to the next
 */
record FetchAhead(Object memory, int at, int distance) {
    /** Bytes that come from memory at once. */
    static final int LINE = 64;

    /** Of {@code bytes} from {@code at} on. */
    static FetchAhead of(Object memory, int at, int bytes) {
        return new FetchAhead(memory, at, bytes / 4);
    }

    /** Nothing but what the loop itself is at, from {@code at} on. */
    static FetchAhead none(Object memory, int at) {
        return new FetchAhead(memory, at, 0);
    }

    /** Begins so many bytes later in each quarter. */
    FetchAhead from(int bytes) {
        return distance == 0 ? this : new FetchAhead(memory, at + bytes, distance);
    }
}
