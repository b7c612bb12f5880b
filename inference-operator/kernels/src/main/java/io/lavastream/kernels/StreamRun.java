package io.lavastream.kernels;

import com.sun.jna.Function;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * The product of one row by {@link StreamCode}, of which parts are computed by several threads: each some consecutive panels of the result. Immutable; what is computed on
 * the way belongs to the thread that computes.
 */
final class StreamRun {
    /** What is computed on the way; of the thread that computes. */
    private static final class Scratch {
        final StreamCall call = new StreamCall();
        ByteBuffer sums = CodeCall.lines(0);
        float[] results = new float[0];
    }

    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    /** The row, of the calling thread, which waits until all is multiplied. */
    private static final ThreadLocal<ByteBuffer> ROW =
            ThreadLocal.withInitial(() -> CodeCall.lines(0));

    private static final int BYTES = PanelTile.WIDTH * Float.BYTES;

    private final StreamUnit unit;
    private final PanelMatrix matrix;
    private final ProductOutput output;
    private final long row;
    private final long panels;

    /**
     * @param rows one
     * @throws IndexOutOfBoundsException if the matrix's memory is smaller than the matrix
     */
    StreamRun(StreamUnit unit, PackedRows rows, PanelMatrix matrix, ProductOutput output) {
        int bytes = matrix.place(matrix.panelCount(), 0);
        Objects.checkFromIndexSize(0, bytes, matrix.panels().capacity());
        this.unit = unit;
        this.matrix = matrix;
        this.output = output;
        this.row = CodeCall.address(inOne(rows));
        this.panels = CodeCall.address(matrix.panels());
    }

    /** All chunks of the row, one behind the other. */
    private static ByteBuffer inOne(PackedRows rows) {
        ByteBuffer row = CodeCall.fit(ROW.get(), rows.depth() * Float.BYTES);
        ROW.set(row);
        for (int k = 0; k < rows.depth(); k += rows.chunk()) {
            int length = Math.min(rows.chunk(), rows.depth() - k);
            row.asFloatBuffer().put(k, rows.values(), rows.place(0, k), length);
        }
        return row;
    }

    /** Some consecutive panels of the result. */
    void share(int begin, int end) {
        Share share = new Share(begin, end - begin, output);
        Scratch scratch = SCRATCH.get();
        int values = share.count() * PanelTile.WIDTH;
        scratch.sums = CodeCall.fit(scratch.sums, values * Float.BYTES);
        scratch.results = ScratchArray.fit(scratch.results, values);
        multiply(scratch, share);
        scratch.sums.asFloatBuffer().get(0, scratch.results, 0, values);
        output.write(scratch.results, begin, share.panels(), 0, 1);
    }

    /** Of each half of what is multiplied for the result, if there are two, as many streams; what is left over in one each. */
    private void multiply(Scratch scratch, Share share) {
        int halves = output.parts();
        int streams = StreamCode.MOST / halves;
        int each = share.panels() / streams;
        if (each > 0) {
            for (int i = 0; i < StreamCode.MOST; i++) {
                place(scratch, i, share, i / streams * share.panels() + i % streams * each);
            }
            run(scratch, each, StreamCode.MOST);
        }
        int done = each * streams;
        if (done < share.panels()) {
            for (int half = 0; half < halves; half++) {
                place(scratch, half, share, half * share.panels() + done);
            }
            run(scratch, share.panels() - done, halves);
        }
    }

    /** A stream begins with the {@code index}th panel of a share. */
    private void place(Scratch scratch, int stream, Share share, int index) {
        scratch.call.stream(
                stream,
                panels + matrix.place(share.panel(index), 0),
                CodeCall.address(scratch.sums) + (long) index * BYTES);
    }

    private void run(Scratch scratch, int each, int streams) {
        Function code = unit.ofRow(matrix.format(), streams);
        scratch.call
                .with(StreamCall.X, row)
                .with(StreamCall.DEPTH, matrix.depth())
                .with(StreamCall.PANELS, each)
                .run(code);
    }
}
