package io.lavastream.kernels;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One product by the {@link TileUnit}, of which parts are computed by several threads: each some consecutive panels of the result for a block of rows, piece by piece of
 * their depth. Immutable; what is computed on the way belongs to the thread that computes.
 */
final class TileRun {
    private static final int WIDTH = PanelTile.WIDTH;

    /** What is computed on the way; of the thread that computes. */
    private static final class Scratch {
        final float[] piece = new float[RowParts.BLOCK * WIDTH];
        final TileCall call = new TileCall();
        ByteBuffer pieces = CodeCall.lines(0);
        ByteBuffer sums = CodeCall.lines(0);
        float[] results = new float[0];
    }

    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    private final TileUnit unit;
    private final RowParts rows;
    private final PanelMatrix matrix;
    private final Widening widening;
    private final Object panels;
    private final ProductOutput output;
    private final int depth;

    /** Of each value of the matrix. */
    private final int parts;

    TileRun(TileUnit unit, RowParts rows, PanelMatrix matrix, ProductOutput output) {
        this.unit = unit;
        this.rows = rows;
        this.matrix = matrix;
        this.widening = Widening.of(matrix.format());
        this.panels = VectorMemory.of(matrix.panels());
        this.output = output;
        this.depth = matrix.depth();
        this.parts = Bfloat16Parts.of(matrix.format());
    }

    /** Some consecutive panels of the result for one of some blocks of rows. */
    void block(int begin, int end, int block, int blocks) {
        int first = rows.begin(block, blocks);
        int last = rows.begin(block + 1, blocks);
        Scratch scratch = SCRATCH.get();
        Share share = new Share(begin, end - begin, output);
        int padded = RowParts.padded(last - first);
        int panelOfSums = padded * WIDTH * Float.BYTES;
        scratch.sums = CodeCall.fit(scratch.sums, share.count() * panelOfSums);
        int mostSteps = RowParts.BLOCK / RowParts.STEP;
        scratch.pieces =
                CodeCall.fit(scratch.pieces, share.count() * PieceParts.bytes(mostSteps, parts));
        for (int k = 0; k < depth; k += RowParts.BLOCK) {
            int length = Math.min(RowParts.BLOCK, depth - k);
            putPieces(scratch, share, k, length);
            scratch.call
                    .with(TileCall.PIECES, CodeCall.address(scratch.pieces))
                    .with(TileCall.PANELS, share.count())
                    .with(TileCall.STEPS, RowParts.steps(length))
                    .with(TileCall.PANEL_OF_SUMS, panelOfSums)
                    .with(TileCall.FIRST, k == 0 ? 1 : 0);
            multiply(scratch, k / RowParts.BLOCK, first, padded);
        }
        write(scratch, share, first, last);
    }

    /** A piece of each panel of a share. */
    private void putPieces(Scratch scratch, Share share, int k, int length) {
        int steps = RowParts.steps(length);
        Object pieces = VectorMemory.of(scratch.pieces);
        for (int i = 0; i < share.count(); i++) {
            widening.apply(panels, matrix.place(share.panel(i), k), length, scratch.piece);
            Arrays.fill(scratch.piece, length * WIDTH, steps * RowParts.STEP * WIDTH, 0);
            int to = i * PieceParts.bytes(steps, parts);
            PieceParts.put(scratch.piece, steps, parts, pieces, to);
        }
    }

    /** All pairs of tiles of the rows, and the last tile where it is alone. */
    private void multiply(Scratch scratch, int block, int first, int padded) {
        long from = CodeCall.address(rows.lines());
        long to = CodeCall.address(scratch.sums);
        int pairs = padded / RowParts.PAIR;
        if (pairs > 0) {
            scratch.call
                    .with(TileCall.ROWS, from + rows.place(block, first))
                    .with(TileCall.SUMS, to)
                    .with(TileCall.TIMES, pairs)
                    .run(unit.code(2, parts));
        }
        int done = pairs * RowParts.PAIR;
        if (done < padded) {
            scratch.call
                    .with(TileCall.ROWS, from + rows.place(block, first + done))
                    .with(TileCall.SUMS, to + (long) done * WIDTH * Float.BYTES)
                    .with(TileCall.TIMES, 1)
                    .run(unit.code(1, parts));
        }
    }

    private void write(Scratch scratch, Share share, int first, int last) {
        int size = (last - first) * WIDTH;
        int padded = RowParts.padded(last - first) * WIDTH;
        scratch.results = ScratchArray.fit(scratch.results, share.count() * size);
        for (int i = 0; i < share.count(); i++) {
            scratch.sums.asFloatBuffer().get(i * padded, scratch.results, i * size, size);
        }
        output.write(scratch.results, share.begin(), share.panels(), first, last);
    }
}
