package io.lavastream.kernels;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Rows as {@link TileCode} reads them: as {@link Bfloat16Parts}, [blocks of the depth, pairs of tiles of rows, steps of the depth, parts, rows, 64 bytes]. Where an odd
 * number of tiles is needed, the last one is alone.
 *
 * @param lines used from index 0 on; what fills the last tile is of no matter
 * @param count of rows
 * @param depth of a row
 */
record RowParts(ByteBuffer lines, int count, int depth) {
    static final int PARTS = Bfloat16Parts.MOST;

    /** Rows of a tile. */
    static final int TILE = 16;

    /** Rows of two, which are multiplied at once. */
    static final int PAIR = 2 * TILE;

    /** Values of a row that are multiplied at once: the first half of them beside the second. */
    static final int STEP = 32;

    /** Values of a row that are multiplied with several panels: two tiles of rows take 24 KiB of the first-level cache. A divisor of {@link PackedRows#CHUNK}. */
    static final int BLOCK = 128;

    private static final ThreadLocal<ByteBuffer> OF_CALLER =
            ThreadLocal.withInitial(() -> CodeCall.lines(0));

    private static final ThreadLocal<ByteBuffer> OF_NEXT =
            ThreadLocal.withInitial(() -> CodeCall.lines(0));

    private static final ThreadLocal<float[]> LAST = ThreadLocal.withInitial(() -> new float[STEP]);

    /** Those of {@code rows}, in memory that the calling thread's products have one after the other. */
    static RowParts of(KernelThreads threads, PackedRows rows) {
        RowParts parts = in(OF_CALLER, rows.count(), rows.depth());
        threads.runRanges(
                rows.count(), (begin, end) -> parts.take(rows, begin, end, 0, rows.depth()));
        return parts;
    }

    /** Room for what a product makes, beside what it is made of. */
    static RowParts next(int count, int depth) {
        return in(OF_NEXT, count, depth);
    }

    private static RowParts in(ThreadLocal<ByteBuffer> memory, int count, int depth) {
        int bytes = Math.multiplyExact(padded(count) * PARTS * 2, steps(depth) * STEP);
        if (memory.get().capacity() < bytes) {
            memory.set(CodeCall.lines(bytes));
        }
        return new RowParts(memory.get(), count, depth);
    }

    /** The first row of one of so many blocks, of which all but the last consist of pairs of tiles; {@code block} may be {@code blocks}. */
    int begin(int block, int blocks) {
        int pairs = (count - 1) / PAIR + 1;
        return Math.min(count, PanelProduct.begin(pairs, block, blocks) * PAIR);
    }

    /** Rows with those that fill the last tile. */
    static int padded(int rows) {
        return (rows + TILE - 1) / TILE * TILE;
    }

    /** How many steps so many values are, the last of them with zeros. */
    static int steps(int values) {
        return (values + STEP - 1) / STEP;
    }

    /** Byte at which those of a block of the depth begin, from a row on that is the first of a pair of tiles. */
    int place(int block, int row) {
        int before = block * BLOCK * padded(count);
        int length = Math.min(BLOCK, steps(depth) * STEP - block * BLOCK);
        return (before + row * length) * PARTS * 2;
    }

    /**
     * Takes some rows' values from the {@code first}th to the {@code last}th but one.
     *
     * @param first of a step
     * @param last likewise, or behind all values
     */
    void take(PackedRows rows, int begin, int end, int first, int last) {
        Object memory = VectorMemory.of(lines);
        for (int row = begin; row < end; row++) {
            int tile = row / PAIR * PAIR;
            int part = Math.min(PAIR, padded(count) - tile) * Bfloat16Parts.BYTES;
            int length;
            for (int k = first; k < last; k += length) {
                length = Math.min(BLOCK - k % BLOCK, last - k);
                int at =
                        place(k / BLOCK, tile)
                                + k % BLOCK / STEP * PARTS * part
                                + (row - tile) * Bfloat16Parts.BYTES;
                int whole = length / STEP;
                put(rows.values(), rows.place(row, k), whole, memory, at, part);
                if (whole * STEP < length) {
                    float[] rest = LAST.get();
                    int from = rows.place(row, k + whole * STEP);
                    System.arraycopy(rows.values(), from, rest, 0, length - whole * STEP);
                    Arrays.fill(rest, length - whole * STEP, STEP, 0);
                    put(rest, 0, 1, memory, at + whole * PARTS * part, part);
                }
            }
        }
    }

    /**
     * Some steps of a row.
     *
     * @param part bytes from one part of a step to the next
     */
    private static void put(float[] row, int from, int steps, Object memory, int to, int part) {
        Bfloat16Parts.put(row, from, STEP / 2, STEP, steps, PARTS, memory, to, part, PARTS * part);
    }
}
