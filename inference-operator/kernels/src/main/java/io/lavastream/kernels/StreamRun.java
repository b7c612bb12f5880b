package io.lavastream.kernels;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Objects;

/**
 * The product of a few rows by {@link StreamCode}, of which parts are computed by several threads: each some consecutive panels of the result. Immutable; what is computed
 * on the way belongs to the thread that computes.
 */
final class StreamRun {
    /** What is computed on the way; of the thread that computes. */
    private static final class Scratch {
        final StreamCall call = new StreamCall();
        ByteBuffer sums = CodeCall.lines(0);
        float[] results = new float[0];
    }

    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    /** The rows, beside each other; of the calling thread, which waits until all is multiplied. */
    private static final ThreadLocal<ByteBuffer> ROWS =
            ThreadLocal.withInitial(() -> CodeCall.lines(0));

    private final StreamUnit unit;
    private final PanelMatrix matrix;
    private final ProductOutput output;
    private final int rows;

    /** Address of the rows. */
    private final long x;

    /** Address of all panels. */
    private final long panels;

    /**
     * @param threads by which rows are put beside each other
     * @param rows up to {@link StreamCode#ROWS}
     * @throws IllegalArgumentException if the rows are not as long as the matrix's columns, or there is nothing in them
     * @throws IndexOutOfBoundsException if the matrix's memory is smaller than the matrix
     */
    StreamRun(
            KernelThreads threads,
            StreamUnit unit,
            PackedRows rows,
            PanelMatrix matrix,
            ProductOutput output) {
        if (rows.depth() != matrix.depth() || rows.depth() < 1) {
            throw new IllegalArgumentException(
                    "rows of %d values (expected: as many as the matrix has rows, %d, and at least 1)"
                            .formatted(rows.depth(), matrix.depth()));
        }
        int bytes = matrix.place(matrix.panelCount(), 0);
        Objects.checkFromIndexSize(0, bytes, matrix.panels().capacity());
        this.unit = unit;
        this.matrix = matrix;
        this.output = output;
        this.rows = rows.count();
        this.x = CodeCall.address(beside(threads, rows));
        this.panels = CodeCall.address(matrix.panels());
    }

    private static ByteBuffer beside(KernelThreads threads, PackedRows rows) {
        int count = Math.multiplyExact(rows.count(), rows.depth());
        ByteBuffer lines = CodeCall.fitFloats(ROWS.get(), count);
        ROWS.set(lines);
        FloatBuffer values = lines.asFloatBuffer();
        if (rows.count() > 1) {
            values.put(0, RowsBeside.inOne(threads, rows).values(), 0, count);
            return lines;
        }
        for (int k = 0; k < count; k += rows.chunk()) {
            int length = Math.min(rows.chunk(), count - k);
            values.put(k, rows.values(), rows.place(0, k), length);
        }
        return lines;
    }

    /** Some consecutive panels of the result. */
    void share(int begin, int end) {
        Share share = new Share(begin, end - begin, output);
        Scratch scratch = SCRATCH.get();
        int values = Math.multiplyExact(share.count(), rows * PanelTile.WIDTH);
        scratch.sums = CodeCall.fitFloats(scratch.sums, values);
        scratch.results = ScratchArray.fit(scratch.results, values);
        if (StreamCode.inChunks(rows)) {
            Arrays.fill(scratch.results, 0, values, 0);
            scratch.sums.asFloatBuffer().put(0, scratch.results, 0, values);
        }
        multiply(scratch, share);
        Reference.reachabilityFence(matrix);
        scratch.sums.asFloatBuffer().get(0, scratch.results, 0, values);
        output.write(scratch.results, begin, share.panels(), 0, rows);
    }

    /** Of each half of what is multiplied for the result, if there are two, as many streams; what is left over in one each. */
    private void multiply(Scratch scratch, Share share) {
        int most = StreamCode.mostStreams(rows);
        int halves = output.parts();
        int streams = most / halves;
        int each = streams == 0 ? 0 : share.panels() / streams;
        if (each > 0) {
            for (int i = 0; i < most; i++) {
                place(scratch, i, share, i / streams * share.panels() + i % streams * each);
            }
            run(scratch, each, true);
        }
        int done = each * streams;
        if (done < share.panels()) {
            for (int half = 0; half < halves; half++) {
                place(scratch, 0, share, half * share.panels() + done);
                run(scratch, share.panels() - done, false);
            }
        }
    }

    /** A stream begins with the {@code index}th panel of a share. */
    private void place(Scratch scratch, int stream, Share share, int index) {
        long sums = (long) index * rows * PanelTile.WIDTH * Float.BYTES;
        scratch.call.stream(
                stream,
                panels + matrix.place(share.panel(index), 0),
                CodeCall.address(scratch.sums) + sums);
    }

    private void run(Scratch scratch, int each, boolean many) {
        int chunk = StreamCode.inChunks(rows) ? StreamCode.CHUNK : 1;
        scratch.call
                .with(StreamCall.X, x)
                .with(StreamCall.PANELS, each)
                .with(StreamCall.DEPTH, matrix.depth() / chunk)
                .with(StreamCall.REST, matrix.depth() % chunk)
                .with(StreamCall.PANEL, matrix.place(1, 0))
                .run(unit.ofRows(matrix.format(), rows, many));
    }
}
