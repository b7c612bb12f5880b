package io.lavastream.kernels;

/** What {@link StreamCode} is told. */
final class StreamCall extends CodeCall {
    // Offsets, in bytes.
    /** Address of the rows' values, beside each other. */
    static final int X = 0;

    /** How many panels each stream has. */
    static final int PANELS = 8;

    /** How many consecutive values a row has; of rows {@link StreamCode#inChunks in chunks}, how many times {@link StreamCode#CHUNK}. */
    static final int DEPTH = 16;

    /** Of those, how many values are left. */
    static final int REST = 24;

    /** Bytes of a panel. */
    static final int PANEL = 32;

    /** Addresses of the streams' first panels. */
    static final int PLACES = 40;

    /** Addresses of their sums, [panels, rows, width] each. In chunks it is added to what is in them. */
    static final int SUMS = PLACES + StreamCode.MOST * Long.BYTES;

    // Of no matter before.
    static final int X_NOW = SUMS + StreamCode.MOST * Long.BYTES;
    static final int PLACE_NOW = X_NOW + Long.BYTES;
    static final int CHUNKS_NOW = PLACE_NOW + Long.BYTES;
    private static final int SIZE = CHUNKS_NOW + Long.BYTES;

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
