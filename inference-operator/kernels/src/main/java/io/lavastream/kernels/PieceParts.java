package io.lavastream.kernels;

/**
 * Pieces of panels as {@link TileCode} reads them: as {@link Bfloat16Parts}, [steps of the depth, parts, halves of a panel, 16, 64 bytes], with the values
 * of a column from the first half of a step beside those from the second.
 */
final class PieceParts {
    private static final int WIDTH = PanelTile.WIDTH;
    private static final int HALF_OF_WIDTH = WIDTH / 2;
    private static final int HALF = RowParts.STEP / 2 * WIDTH;

    private PieceParts() {}

    /** How many bytes so many steps take. */
    static int bytes(int steps, int parts) {
        return steps * parts * 2 * TileCode.TILE;
    }

    /**
     * Some steps of a piece.
     *
     * @param piece [steps, {@link RowParts#STEP}, WIDTH]
     * @param parts of which each value consists
     */
    static void put(float[] piece, int steps, int parts, Object memory, int to) {
        for (int step = 0; step < steps; step++) {
            int from = step * RowParts.STEP * WIDTH;
            int at = to + bytes(step, parts);
            tile(piece, from, parts, memory, at);
            tile(piece, from + HALF_OF_WIDTH, parts, memory, at + TileCode.TILE);
        }
    }

    /** One tile of each part. */
    private static void tile(float[] piece, int from, int parts, Object memory, int to) {
        Bfloat16Parts.put(
                piece,
                from,
                HALF,
                WIDTH,
                RowParts.STEP / 2,
                parts,
                memory,
                to,
                2 * TileCode.TILE,
                Bfloat16Parts.BYTES);
    }
}
