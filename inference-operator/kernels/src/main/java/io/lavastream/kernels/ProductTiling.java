package io.lavastream.kernels;

/**
 * How the rows of a product and their depth are divided: into pieces of the depth, and tiles of rows within each.
 *
 * @param rows all of them
 * @param tile the most rows that are multiplied at once
 * @param piece how much of the depth is multiplied before the next
 * @param block how many rows are multiplied with a piece before the next, as many as the second-level cache holds of their values
 * @param asRead whether panels are multiplied as they lie in memory, else piece by piece in an array
 */
record ProductTiling(int rows, int tile, int piece, int block, boolean asRead) {
    /** Of a panel, what stays in the first-level cache while all rows are multiplied with it: 256 x 32 floats are 32 KiB. A divisor of {@link PackedRows#CHUNK}. */
    static final int DEPTH = 256;

    /** Likewise, of a panel that is read as it is: what a loop takes to begin and to end counts for more than where it reads from. */
    private static final int LONG_DEPTH = PackedRows.CHUNK;

    /** Rows of a block: 320 KiB of a piece's values. */
    private static final int BLOCK = 320;

    /** Likewise of a longer piece: 640 KiB. */
    private static final int SHORT_BLOCK = 160;

    /** As this machine is faster. */
    static ProductTiling of(int rows, PanelMatrix matrix) {
        PanelFormat format = matrix.format();
        return rows > format.rowsAtOnce() ? inPieces(rows) : asRead(rows, format);
    }

    /** Piece by piece in an array. */
    static ProductTiling inPieces(int rows) {
        return new ProductTiling(rows, PanelTile.ROWS, DEPTH, BLOCK, false);
    }

    /** As panels lie in memory. */
    static ProductTiling asRead(int rows, PanelFormat format) {
        return new ProductTiling(rows, format.tile(), LONG_DEPTH, SHORT_BLOCK, true);
    }

    /** How many blocks there are. */
    int blocks() {
        return (rows - 1) / block + 1;
    }

    /** How many pieces so much depth is. */
    int pieces(int depth) {
        return (depth - 1) / piece + 1;
    }

    /** The first row of one of so many parts, of which all but the last consist of whole tiles; {@code part} may be {@code parts}. */
    int begin(int part, int parts) {
        return part == parts ? rows : (int) ((long) (rows / tile) * part / parts) * tile;
    }

    /** How many rows are multiplied at once where so many are left. */
    int next(int left) {
        return left >= tile ? tile : Integer.highestOneBit(left);
    }

    /** Whether rows are put beside each other first: of a few, as {@link FewTile} reads them. */
    boolean beside(PanelFormat format) {
        return asRead && format == PanelFormat.FLOAT16 && rows > 1 && rows <= PanelFormat.FEW;
    }

    /** Whether a panel is multiplied from end to end before the next, as it lies in memory: with few rows, all of whose values stay in the cache. */
    boolean panelByPanel() {
        return rows <= tile;
    }
}
