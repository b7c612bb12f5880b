package io.lavastream.kernels;

import static io.lavastream.kernels.Assembler.R10;
import static io.lavastream.kernels.Assembler.R11;
import static io.lavastream.kernels.Assembler.R8;
import static io.lavastream.kernels.Assembler.R9;
import static io.lavastream.kernels.Assembler.RAX;
import static io.lavastream.kernels.Assembler.RCX;
import static io.lavastream.kernels.Assembler.RDI;
import static io.lavastream.kernels.Assembler.RDX;
import static io.lavastream.kernels.Assembler.RSI;

/**
 * The machine code that multiplies a few rows with panels of a matrix. A function of one argument by the System V convention for x86-64, the address of a {@link StreamCall}.
 *
 * <p>The JVM's own loops ({@link HalfTile}, {@link FewTile}, {@link PanelTile}) do the same to the same bits, but in as many instructions again: for memory outside the heap
 * they ask before each access whether it is still there, and where it ends. Reading takes as long as there are instructions between one line of the cache and the next, as
 * a processor looks only so many instructions ahead; and what it fetches by itself for one place is on some machines a quarter of what memory gives. So panels are read
 * in some places at once, streams of consecutive ones, and each has fetched what comes {@link #AHEAD} of it, which no instruction waits for. Where sums leave
 * no registers for a second stream, what is fetched is the next panel, in four places.
 */
final class StreamCode {
    /** The most streams. */
    static final int MOST = 4;

    /** The most rows. */
    static final int ROWS = PanelFormat.FEW;

    /** Consecutive values of the depth that one stream is multiplied with before the next: of a panel and of the rows as many as the first-level cache holds. */
    static final int CHUNK = 256;

    /** Bytes. Of two to four KiB none is better than the other; what lies behind a stream's last panel is fetched in vain. */
    private static final int AHEAD = 2048;

    /** Places in which the next panel is fetched. */
    private static final int QUARTERS = 4;

    private static final int LINE = CodeCall.LINE;

    /** A panel's columns, in vectors. */
    private static final int HALVES = 2;

    // Vectors: sums from 0 on.
    private static final int MOST_SUMS = 24;
    private static final int FIRST = 28;
    private static final int SECOND = 29;
    private static final int X = 30;
    private static final int MASK = 31;

    /** Of the first stream; those of others follow. */
    private static final int PLACE = R8;

    // Where there is but one.
    private static final int NEXT = R9;
    private static final int QUARTER = R10;
    private static final int THREE_QUARTERS = R11;

    private final Assembler code = new Assembler();
    private final PanelFormat format;
    private final int rows;
    private final int streams;

    private StreamCode(PanelFormat format, int rows, int streams) {
        this.format = format;
        this.rows = rows;
        this.streams = streams;
    }

    /** How many streams there are registers for: of sums, each row has two for each. */
    static int mostStreams(int rows) {
        return Math.max(1, Math.min(MOST, Integer.highestOneBit(MOST_SUMS / (HALVES * rows))));
    }

    /** Whether so many rows leave registers for one stream only, which is multiplied chunk by chunk; others are from end to end. */
    static boolean inChunks(int rows) {
        return mostStreams(rows) == 1;
    }

    /**
     * @param rows up to {@link #ROWS}
     * @param streams up to {@link #mostStreams}
     */
    static byte[] of(PanelFormat format, int rows, int streams) {
        return new StreamCode(format, rows, streams).emit();
    }

    private byte[] emit() {
        code.broadcast(MASK, HalfTile.MASK);
        code.load(RSI, RDI, StreamCall.X);
        code.load(RCX, RDI, StreamCall.PANELS);
        for (int stream = 0; stream < streams; stream++) {
            code.load(PLACE + stream, RDI, StreamCall.PLACES + stream * Long.BYTES);
        }
        int panel = code.here();
        code.move(RDX, RSI);
        if (inChunks(rows)) {
            chunks();
        } else {
            fromEndToEnd();
        }
        code.decrement(RCX);
        code.jumpIfNotZero(panel);
        code.leave();
        return code.code();
    }

    /** A panel of each stream. */
    private void fromEndToEnd() {
        for (int sum = 0; sum < streams * rows * HALVES; sum++) {
            code.zero(sum);
        }
        code.load(RAX, RDI, StreamCall.DEPTH);
        int step = code.here();
        for (int stream = 0; stream < streams; stream++) {
            for (int line = 0; line < lines(); line++) {
                code.prefetch(PLACE + stream, AHEAD + line * LINE);
            }
            widen(PLACE + stream, 0, true, true);
            multiplyBoth(stream * rows * HALVES, 0);
            code.add(PLACE + stream, lines() * LINE);
        }
        code.add(RDX, rows * Float.BYTES);
        code.decrement(RAX);
        code.jumpIfNotZero(step);
        for (int stream = 0; stream < streams; stream++) {
            int field = StreamCall.SUMS + stream * Long.BYTES;
            code.load(RAX, RDI, field);
            for (int sum = 0; sum < rows * HALVES; sum++) {
                code.storeVector(stream * rows * HALVES + sum, RAX, sum * LINE);
            }
            code.addTo(RDI, field, rows * HALVES * LINE);
        }
    }

    /** A panel of one stream, chunk by chunk. */
    private void chunks() {
        code.move(NEXT, PLACE);
        code.addFrom(NEXT, RDI, StreamCall.PANEL);
        code.load(QUARTER, RDI, StreamCall.PANEL);
        code.bytes(0x49, 0xc1, 0xea, 2); // shr r10, 2
        code.move(THREE_QUARTERS, QUARTER);
        code.addRegister(THREE_QUARTERS, QUARTER);
        code.addRegister(THREE_QUARTERS, QUARTER);
        code.load(RAX, RDI, StreamCall.DEPTH);
        int none = code.jumpIfZero(RAX);
        code.store(RAX, RDI, StreamCall.CHUNKS_NOW);
        int chunk = code.here();
        chunk(true);
        code.decrementAt(RDI, StreamCall.CHUNKS_NOW);
        code.jumpIfNotZero(chunk);
        code.land(none);
        code.load(RAX, RDI, StreamCall.REST);
        int nothing = code.jumpIfZero(RAX);
        chunk(false);
        code.land(nothing);
        code.addTo(RDI, StreamCall.SUMS, rows * HALVES * LINE);
    }

    /** All rows with a chunk: of many rows, whose sums take too many registers, first one half of the columns and then the other. */
    private void chunk(boolean whole) {
        if (rows * HALVES <= MOST_SUMS) {
            pass(whole, true, true);
            return;
        }
        code.store(RDX, RDI, StreamCall.X_NOW);
        code.store(PLACE, RDI, StreamCall.PLACE_NOW);
        pass(whole, true, false);
        code.load(RDX, RDI, StreamCall.X_NOW);
        code.load(PLACE, RDI, StreamCall.PLACE_NOW);
        pass(whole, false, true);
    }

    /** @param whole whether it is a whole chunk, with which the next panel is fetched, too */
    private void pass(boolean whole, boolean first, boolean second) {
        sums(first, second, true);
        int steps = whole ? QUARTERS : 1;
        if (whole) {
            code.bytes(0xb8).integer(CHUNK / QUARTERS); // mov eax, ...
        } else {
            code.load(RAX, RDI, StreamCall.REST);
        }
        int step = code.here();
        for (int k = 0; k < steps; k++) {
            if (whole && first) {
                prefetch(k);
            }
            int at = k * lines() * LINE;
            int x = k * rows * Float.BYTES;
            widen(PLACE, at, first, second);
            if (first && second) {
                multiplyBoth(0, x);
            } else {
                multiply(first ? FIRST : SECOND, x);
            }
        }
        if (whole && first) {
            code.add(NEXT, lines() * LINE);
        }
        code.add(PLACE, steps * lines() * LINE);
        code.add(RDX, steps * rows * Float.BYTES);
        code.decrement(RAX);
        code.jumpIfNotZero(step);
        sums(first, second, false);
    }

    /** A step's lines of one quarter of the next panel. */
    private void prefetch(int quarter) {
        for (int line = 0; line < lines(); line++) {
            int at = line * LINE;
            switch (quarter) {
                case 0 -> code.prefetch(NEXT, at);
                case 1 -> code.prefetch(NEXT, QUARTER, 1, at);
                case 2 -> code.prefetch(NEXT, QUARTER, 2, at);
                default -> code.prefetch(NEXT, THREE_QUARTERS, 1, at);
            }
        }
    }

    private void sums(boolean first, boolean second, boolean load) {
        code.load(RAX, RDI, StreamCall.SUMS);
        int sum = 0;
        for (int row = 0; row < rows; row++) {
            for (int half = first ? 0 : 1; half < (second ? HALVES : 1); half++) {
                int at = (row * HALVES + half) * LINE;
                if (load) {
                    code.loadVector(sum++, RAX, at);
                } else {
                    code.storeVector(sum++, RAX, at);
                }
            }
        }
    }

    /** The values of a row of a panel, or those of one half, as {@link HalfTile#first} and {@link HalfTile#second}. */
    private void widen(int place, int at, boolean first, boolean second) {
        if (format == PanelFormat.FLOAT32) {
            if (first) {
                code.loadVector(FIRST, place, at);
            }
            if (second) {
                code.loadVector(SECOND, place, at + LINE);
            }
            return;
        }
        code.loadVector(FIRST, place, at);
        if (second) {
            code.shiftRight(SECOND, FIRST, HalfTile.SHIFT);
            code.and(SECOND, SECOND, MASK);
        }
        if (first) {
            code.shiftLeft(FIRST, FIRST, Short.SIZE);
            code.shiftRight(FIRST, FIRST, HalfTile.SHIFT);
            code.and(FIRST, FIRST, MASK);
        }
    }

    private void multiplyBoth(int sums, int x) {
        for (int row = 0; row < rows; row++) {
            code.broadcastFrom(X, RDX, x + row * Float.BYTES);
            code.multiplyAndAdd(sums + HALVES * row, X, FIRST);
            code.multiplyAndAdd(sums + HALVES * row + 1, X, SECOND);
        }
    }

    private void multiply(int values, int x) {
        for (int row = 0; row < rows; row++) {
            code.multiplyAndAddNumber(row, values, RDX, x + row * Float.BYTES);
        }
    }

    /** Of a row of a panel. */
    private int lines() {
        return format == PanelFormat.FLOAT32 ? HALVES : 1;
    }
}
