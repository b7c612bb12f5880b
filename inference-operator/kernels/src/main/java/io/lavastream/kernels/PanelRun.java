package io.lavastream.kernels;

import java.util.Arrays;
import java.util.Optional;

/**
 * One product, of which parts are computed by several threads: each some consecutive panels of the result for a block of rows, piece by piece of their depth.
 * Immutable; what is computed on the way belongs to the thread that computes.
 */
final class PanelRun {
    /** Pieces of panels that a few rows are multiplied with before the next tile of them is: up to 64 KiB each. */
    private static final int AT_ONCE = 4;

    /** What is computed on the way; of the thread that computes. */
    private static final class Scratch {
        float[] sums = new float[0];
        final float[] piece = new float[ProductTiling.DEPTH * PanelTile.WIDTH];
    }

    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    /**
     * What is multiplied at once with a tile of rows.
     *
     * @param index of its panel in the share
     * @param k from which on
     * @param length how many consecutive k
     * @param at byte at which it begins
     */
    private record Piece(int index, int k, int length, int at) {}

    private final PackedRows rows;
    private final PanelMatrix matrix;
    private final PanelFormat format;
    private final Widening widening;
    private final Tiles tiles;
    private final Optional<RowsBeside> beside;
    private final Object panels;
    private final ProductOutput output;
    private final ProductTiling tiling;
    private final int depth;

    /** Of all panels. */
    private final int bytes;

    PanelRun(PackedRows rows, ProductTiling tiling, PanelMatrix matrix, ProductOutput output) {
        this.rows = rows;
        this.matrix = matrix;
        this.tiling = tiling;
        this.format = matrix.format();
        this.widening = Widening.of(format);
        this.tiles = tiling.asRead() ? Tiles.of(format) : Tiles.ofPieces();
        if (tiling.beside(format) && tiling.blocks() > 1) {
            throw new IllegalArgumentException(
                    "%d blocks of a few rows (expected: one)".formatted(tiling.blocks()));
        }
        this.beside =
                tiling.beside(format) ? Optional.of(RowsBeside.of(rows, tiling)) : Optional.empty();
        this.panels = VectorMemory.of(matrix.panels());
        this.output = output;
        this.depth = matrix.depth();
        this.bytes = Math.multiplyExact(matrix.panelCount(), format.bytes(depth));
    }

    /** Some consecutive panels of the result for one of some blocks of rows, of which all but the last consist of whole tiles. */
    void block(int begin, int end, int block, int blocks) {
        int first = tiling.begin(block, blocks);
        int last = tiling.begin(block + 1, blocks);
        Scratch scratch = SCRATCH.get();
        Share share = new Share(begin, end - begin, output);
        int size = share.count() * (last - first) * PanelTile.WIDTH;
        scratch.sums = ScratchArray.fit(scratch.sums, size);
        Arrays.fill(scratch.sums, 0, size, 0);
        if (tiling.rows() == 1) {
            oneRow(share, scratch.sums);
        } else if (beside.isPresent()) {
            fewRows(share, beside.get(), scratch.sums);
        } else {
            someRows(share, first, last, scratch);
        }
        output.write(scratch.sums, begin, share.panels(), first, last);
    }

    /** The only row, with two panels at once, from the first and from the second half of the share. */
    private void oneRow(Share share, float[] sums) {
        Twins twins = Twins.of(format);
        float[] x = rows.values();
        int half = (share.count() + 1) / 2;
        for (int i = 0; i < half; i++) {
            int other = i + half;
            int to = i * PanelTile.WIDTH;
            int next = other * PanelTile.WIDTH;
            for (int k = 0; k < depth; k += tiling.piece()) {
                int at = matrix.place(share.panel(i), k);
                int length = Math.min(tiling.piece(), depth - k);
                int row = rows.place(0, k);
                if (other < share.count()) {
                    int otherAt = matrix.place(share.panel(other), k);
                    twins.multiply(
                            panels,
                            at,
                            otherAt,
                            length,
                            x,
                            row,
                            sums,
                            to,
                            next,
                            next(share, i, half, k, length),
                            next(share, other, share.count(), k, length));
                } else {
                    tiles.multiply(1, panels, at, length, x, row, sums, to);
                }
            }
        }
    }

    /** Byte at which as much as a piece's {@code length} is touched: where the next piece of panels up to {@code end} begins. */
    private int next(Share share, int index, int end, int k, int length) {
        int at = matrix.place(share.panel(index), k);
        if (k + length < depth) {
            at = matrix.place(share.panel(index), k + length);
        } else if (index + 1 < end) {
            at = matrix.place(share.panel(index + 1), 0);
        }
        return Math.min(at, bytes - format.bytes(length));
    }

    /**
     * All rows of a few, which are one block, with the panels' pieces some at a time: a tile's values stay in the first-level cache for those, and the pieces in the
     * second-level one for the next tile. With the first tile they come from memory, each while the one before is multiplied.
     */
    private void fewRows(Share share, RowsBeside beside, float[] sums) {
        int pieces = share.count() * tiling.pieces(depth);
        for (int begin = 0; begin < pieces; begin += AT_ONCE) {
            int end = Math.min(pieces, begin + AT_ONCE);
            int tile;
            for (int row = 0; row < rows.count(); row += tile) {
                tile = tiling.next(rows.count() - row);
                for (int number = begin; number < end; number++) {
                    tileOfFew(share, beside, row, tile, number, sums);
                }
            }
        }
    }

    private void tileOfFew(
            Share share, RowsBeside beside, int row, int tile, int number, float[] sums) {
        Piece piece = piece(share, number);
        int to = (piece.index() * rows.count() + row) * PanelTile.WIDTH;
        if (tile == 1) {
            int from = rows.place(row, piece.k());
            tiles.multiply(1, panels, piece.at(), piece.length(), rows.values(), from, sums, to);
            return;
        }
        FetchAhead ahead = row == 0 ? behind(share, number) : FetchAhead.none(panels, piece.at());
        int from = beside.place(row, tile, piece.k());
        FewTiles.multiply(
                tile, panels, piece.at(), piece.length(), beside.values(), from, sums, to, ahead);
    }

    /** As many bytes as a piece has, of what comes behind it; of what lies before the matrix's end, where that is shorter. */
    private FetchAhead behind(Share share, int number) {
        Piece piece = piece(share, number);
        if (number + 1 == share.count() * tiling.pieces(depth)) {
            return FetchAhead.none(panels, piece.at());
        }
        int length = format.bytes(piece.length());
        int at = Math.min(piece(share, number + 1).at(), bytes - length);
        return FetchAhead.of(panels, at, length);
    }

    /** The {@code number}th piece of a share's panels, in the order in which they are multiplied. */
    private Piece piece(Share share, int number) {
        int pieces = tiling.pieces(depth);
        int index = tiling.panelByPanel() ? number / pieces : number % share.count();
        int piece = tiling.panelByPanel() ? number % pieces : number / share.count();
        int k = piece * tiling.piece();
        int length = Math.min(tiling.piece(), depth - k);
        return new Piece(index, k, length, matrix.place(share.panel(index), k));
    }

    /**
     * Some rows with all panels of a share, piece by piece of their depth: a piece of the rows stays in the cache for all of them. A few rows do so
     * anyway, and panels are read from end to end.
     */
    private void someRows(Share share, int first, int last, Scratch scratch) {
        int size = (last - first) * PanelTile.WIDTH;
        float[] sums = scratch.sums;
        for (int number = 0; number < share.count() * tiling.pieces(depth); number++) {
            Piece piece = piece(share, number);
            int to = piece.index() * size;
            if (tiling.asRead()) {
                tiles(panels, piece.at(), first, last, piece, sums, to);
            } else {
                widening.apply(panels, piece.at(), piece.length(), scratch.piece);
                tiles(scratch.piece, 0, first, last, piece, sums, to);
            }
        }
    }

    /** All tiles of the rows with a piece that lies, from {@code at} on, in memory or in an array. */
    private void tiles(
            Object values, int at, int first, int last, Piece piece, float[] sums, int to) {
        int tile;
        for (int row = first; row < last; row += tile) {
            tile = tiling.next(last - row);
            int from = rows.place(row, piece.k());
            int sum = to + (row - first) * PanelTile.WIDTH;
            tiles.multiply(tile, values, at, piece.length(), rows.values(), from, sums, sum);
        }
    }
}
