package io.lavastream.kernels;

/** What {@link StreamCode} is told. */
final class StreamCall extends CodeCall {
    // Offsets, in bytes.
    /** Address of the row's values. */
    static final int X = 0;

    /** How many they are. */
    static final int DEPTH = 8;

    /** How many panels each stream has. */
    static final int PANELS = 16;

    /** Addresses of the streams' first panels. */
    static final int PLACES = 24;

    /** Addresses of their sums, one panel's behind the other's. */
    static final int SUMS = PLACES + StreamCode.MOST * Long.BYTES;

    private static final int SIZE = SUMS + StreamCode.MOST * Long.BYTES;

    StreamCall() {
        super(SIZE);
    }

    /**
     * Where a stream is and where its sums are.
     *
     * @param stream counted from 0
     */
    void stream(int stream, long place, long sums) {
        with(PLACES + stream * Long.BYTES, place);
        with(SUMS + stream * Long.BYTES, sums);
    }
}
