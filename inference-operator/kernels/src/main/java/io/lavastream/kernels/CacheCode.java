package io.lavastream.kernels;

import static io.lavastream.kernels.Assembler.R10;
import static io.lavastream.kernels.Assembler.R11;
import static io.lavastream.kernels.Assembler.R12;
import static io.lavastream.kernels.Assembler.R13;
import static io.lavastream.kernels.Assembler.R14;
import static io.lavastream.kernels.Assembler.R15;
import static io.lavastream.kernels.Assembler.R8;
import static io.lavastream.kernels.Assembler.R9;
import static io.lavastream.kernels.Assembler.RAX;
import static io.lavastream.kernels.Assembler.RBP;
import static io.lavastream.kernels.Assembler.RBX;
import static io.lavastream.kernels.Assembler.RCX;
import static io.lavastream.kernels.Assembler.RDI;
import static io.lavastream.kernels.Assembler.RDX;
import static io.lavastream.kernels.Assembler.RSI;

/**
 * The machine code of attention to a cache, for one position: {@link CacheTile}'s sums of rows, each times a number, for all pages and some heads, to the same bits. Some
 * heads' rows are read at once, each as a stream, while those of the next page are fetched; why, is said in {@link StreamCode}. A function of one argument by the
 * System V convention for x86-64, the address of a {@link CacheCall}.
 */
final class CacheCode {
    /** Vectors of sums of all streams. */
    private static final int MOST_SUMS = 16;

    private static final int NUMBER = MOST_SUMS;
    private static final int LINE = CodeCall.LINE;

    // Of each stream.
    private static final int[] ROWS = {R8, R9, R10, R11};
    private static final int[] NUMBERS = {RBX, RBP, R13, R14};

    // Registers.
    private static final int PAGE = RDX;
    private static final int PAGE_OF_NUMBERS = RCX;
    private static final int AHEAD = RSI;
    private static final int TIMES = R12;
    private static final int PLACE = R15;

    /** Of another's are these. */
    private static final int[] KEPT = {RBX, RBP, R12, R13, R14, R15};

    private final Assembler code = new Assembler();
    private final int vectors;
    private final int streams;
    private final boolean fresh;

    private CacheCode(int vectors, int streams, boolean fresh) {
        this.vectors = vectors;
        this.streams = streams;
        this.fresh = fresh;
    }

    /** How many streams there are room for. */
    static int mostStreams(int vectors) {
        return Math.min(ROWS.length, MOST_SUMS / vectors);
    }

    /**
     * @param vectors of a row, up to 8
     * @param streams up to {@link #mostStreams}
     * @param fresh whether sums begin with nothing, else with what is there
     */
    static byte[] of(int vectors, int streams, boolean fresh) {
        return new CacheCode(vectors, streams, fresh).emit();
    }

    private byte[] emit() {
        for (int register : KEPT) {
            code.push(register);
        }
        code.load(PLACE, RDI, CacheCall.PLACES);
        int page = code.here();
        code.load(PAGE, PLACE, 0);
        code.load(AHEAD, PLACE, Long.BYTES);
        code.subtract(AHEAD, PAGE);
        code.load(PAGE_OF_NUMBERS, RDI, CacheCall.NUMBERS);
        code.load(RAX, RDI, CacheCall.SUMS);
        code.store(RAX, RDI, CacheCall.SUMS_NOW);
        code.load(TIMES, RDI, CacheCall.TIMES);
        int heads = code.here();
        heads();
        code.decrement(TIMES);
        code.jumpIfNotZero(heads);
        code.add(PLACE, Long.BYTES);
        advance(CacheCall.NUMBERS, CacheCall.NUMBERS_OF_PAGE);
        advance(CacheCall.SUMS, CacheCall.SUMS_OF_PAGE);
        code.decrementAt(RDI, CacheCall.PAGES);
        code.jumpIfNotZero(page);
        for (int i = KEPT.length - 1; i >= 0; i--) {
            code.pop(KEPT[i]);
        }
        code.leave();
        return code.code();
    }

    private void advance(int field, int distance) {
        code.load(RAX, RDI, field);
        code.addFrom(RAX, RDI, distance);
        code.store(RAX, RDI, field);
    }

    /** As many heads as there are streams. */
    private void heads() {
        for (int stream = 0; stream < streams; stream++) {
            code.move(ROWS[stream], PAGE);
            code.addFrom(PAGE, RDI, CacheCall.HEAD);
            code.move(NUMBERS[stream], PAGE_OF_NUMBERS);
            code.addFrom(PAGE_OF_NUMBERS, RDI, CacheCall.NUMBERS_OF_HEAD);
        }
        begin();
        code.load(RAX, RDI, CacheCall.COUNT);
        int row = code.here();
        for (int stream = 0; stream < streams; stream++) {
            row(stream);
        }
        code.decrement(RAX);
        code.jumpIfNotZero(row);
        end();
    }

    private void begin() {
        code.load(RAX, RDI, CacheCall.SUMS_NOW);
        for (int stream = 0; stream < streams; stream++) {
            for (int i = 0; i < vectors; i++) {
                if (fresh) {
                    code.zero(stream * vectors + i);
                } else {
                    code.loadVector(stream * vectors + i, RAX, i * LINE);
                }
            }
            code.addFrom(RAX, RDI, CacheCall.SUMS_OF_HEAD);
        }
    }

    private void row(int stream) {
        code.broadcastFrom(NUMBER, NUMBERS[stream], 0);
        for (int i = 0; i < vectors; i++) {
            code.prefetch(ROWS[stream], AHEAD, 1, i * LINE);
            code.multiplyAndAddFrom(stream * vectors + i, NUMBER, ROWS[stream], i * LINE);
        }
        code.add(ROWS[stream], vectors * LINE);
        code.add(NUMBERS[stream], Float.BYTES);
    }

    private void end() {
        code.load(RAX, RDI, CacheCall.SUMS_NOW);
        for (int stream = 0; stream < streams; stream++) {
            for (int i = 0; i < vectors; i++) {
                code.storeVector(stream * vectors + i, RAX, i * LINE);
            }
            code.addFrom(RAX, RDI, CacheCall.SUMS_OF_HEAD);
        }
        code.store(RAX, RDI, CacheCall.SUMS_NOW);
    }
}
