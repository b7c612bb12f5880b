package io.lavastream.kernels;

import static io.lavastream.kernels.Assembler.R8;
import static io.lavastream.kernels.Assembler.RAX;
import static io.lavastream.kernels.Assembler.RCX;
import static io.lavastream.kernels.Assembler.RDI;
import static io.lavastream.kernels.Assembler.RDX;
import static io.lavastream.kernels.Assembler.RSI;

/**
 * The machine code that multiplies one row with panels of a matrix, which are read in some places at once: streams, each of consecutive panels. A function of one argument
 * by the System V convention for x86-64, the address of a {@link StreamCall}.
 *
 * <p>The JVM's own loops ({@link PanelTile#twin}, {@link HalfTile#twin}) do the same to the same bits, but in as many instructions again: for memory outside the heap they
 * ask before each access whether it is still there, and where it ends. Reading takes as long as there are instructions between one line of the cache and the next, as a
 * processor looks only so many instructions ahead; and what it fetches by itself for one place is on some machines a quarter of what memory gives. So each stream
 * also has fetched what comes {@link #AHEAD} of it, which no instruction waits for.
 */
final class StreamCode {
    /** The most streams. */
    static final int MOST = 4;

    /** Bytes. Of one to four KiB none is better than another; what lies behind a stream's last panel is fetched in vain. */
    private static final int AHEAD = 2048;

    private static final int LINE = 64;
    private static final int HALF = Short.SIZE;

    // Vectors: of each stream two of sums, from 0 on.
    private static final int MASK = 8;
    private static final int X = 9;
    private static final int FIRST = 10;
    private static final int SECOND = 11;

    private final Assembler code = new Assembler();
    private final PanelFormat format;
    private final int streams;

    private StreamCode(PanelFormat format, int streams) {
        this.format = format;
        this.streams = streams;
    }

    /** @param streams 1 to {@link #MOST} */
    static byte[] of(PanelFormat format, int streams) {
        return new StreamCode(format, streams).emit();
    }

    private byte[] emit() {
        code.broadcast(MASK, HalfTile.MASK);
        code.load(RSI, RDI, StreamCall.X);
        code.load(RCX, RDI, StreamCall.PANELS);
        for (int stream = 0; stream < streams; stream++) {
            code.load(place(stream), RDI, StreamCall.PLACES + stream * Long.BYTES);
        }
        int panel = code.here();
        for (int sum = 0; sum < 2 * streams; sum++) {
            code.zero(sum);
        }
        code.move(RDX, RSI);
        code.load(RAX, RDI, StreamCall.DEPTH);
        int step = code.here();
        code.broadcastFrom(X, RDX, 0);
        for (int stream = 0; stream < streams; stream++) {
            multiply(stream);
        }
        code.add(RDX, Float.BYTES);
        code.decrement(RAX);
        code.jumpIfNotZero(step);
        for (int stream = 0; stream < streams; stream++) {
            write(stream);
        }
        code.decrement(RCX);
        code.jumpIfNotZero(panel);
        code.leave();
        return code.code();
    }

    private static int place(int stream) {
        return R8 + stream;
    }

    private void multiply(int stream) {
        int place = place(stream);
        code.prefetch(place, AHEAD);
        if (format == PanelFormat.FLOAT32) {
            code.prefetch(place, AHEAD + LINE);
            code.multiplyAndAddFrom(2 * stream, X, place, 0);
            code.multiplyAndAddFrom(2 * stream + 1, X, place, LINE);
            code.add(place, 2 * LINE);
            return;
        }
        // As HalfTile.first and second.
        code.loadVector(FIRST, place, 0);
        code.shiftRight(SECOND, FIRST, HalfTile.SHIFT);
        code.shiftLeft(FIRST, FIRST, HALF);
        code.and(SECOND, SECOND, MASK);
        code.shiftRight(FIRST, FIRST, HalfTile.SHIFT);
        code.multiplyAndAdd(2 * stream + 1, X, SECOND);
        code.and(FIRST, FIRST, MASK);
        code.multiplyAndAdd(2 * stream, X, FIRST);
        code.add(place, LINE);
    }

    private void write(int stream) {
        int field = StreamCall.SUMS + stream * Long.BYTES;
        code.load(RAX, RDI, field);
        code.storeVector(2 * stream, RAX, 0);
        code.storeVector(2 * stream + 1, RAX, LINE);
        code.addTo(RDI, field, 2 * LINE);
    }
}
