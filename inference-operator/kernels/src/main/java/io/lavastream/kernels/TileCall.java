package io.lavastream.kernels;

/** What {@link TileCode} is told: its fields, and the shapes of tiles. */
final class TileCall extends CodeCall {
    // Offsets, in bytes.
    /** Address of the rows' parts. */
    static final int ROWS = 0;

    /** Address of the pieces' parts. */
    static final int PIECES = 8;

    /** Address of the sums. */
    static final int SUMS = 16;

    /** How many panels. */
    static final int PANELS = 24;

    /** How many times 32 consecutive values of the depth, the last of them with zeros. */
    static final int STEPS = 32;

    /** How many times one or two tiles of rows. */
    static final int TIMES = 40;

    /** Bytes from a panel's sums to the next one's. */
    static final int PANEL_OF_SUMS = 48;

    /** Not 0 where there are no sums yet. */
    static final int FIRST = 56;

    /** As {@code ldtilecfg} takes them: of whole tiles. */
    static final int SHAPES = 64;

    private static final int SIZE = 2 * SHAPES;
    private static final int TILES = 8;
    private static final int ROWS_OF_TILE = 16;
    private static final int BYTES_OF_ROW = 64;
    private static final int BYTES_AT = 16;
    private static final int ROWS_AT = 48;

    TileCall() {
        super(SIZE);
        memory().setByte(SHAPES, (byte) 1); // palette
        for (int tile = 0; tile < TILES; tile++) {
            memory().setShort(SHAPES + BYTES_AT + Short.BYTES * tile, (short) BYTES_OF_ROW);
            memory().setByte(SHAPES + ROWS_AT + tile, (byte) ROWS_OF_TILE);
        }
    }
}
