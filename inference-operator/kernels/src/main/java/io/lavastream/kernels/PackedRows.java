package io.lavastream.kernels;

import static io.lavastream.kernels.VectorMemory.SPECIES;

import java.nio.FloatBuffer;
import jdk.incubator.vector.FloatVector;

/**
 * Rows as tiles read them: chunk by chunk, those of all rows one behind the other, {@link #DISTANCE} from one to the next, [chunks, count, DISTANCE].
 * So the rows of a tile are at a distance that its loop has as a constant, whatever their length, and rows whose length is a power of two do not take
 * the same places of a cache.
 *
 * @param values from {@code from} on
 * @param count of rows
 * @param depth of a row
 * @param chunk how many consecutive values of a row lie together, up to {@link #CHUNK}; whole panels, and of rows that are multiplied whole pieces
 * @param factor of all values
 */
record PackedRows(float[] values, int from, int count, int depth, int chunk, float factor) {
    /** The longest chunk. */
    static final int CHUNK = 1024;

    /** From a row to the next: a cache line more than a chunk, which is no less than a vector. */
    static final int DISTANCE = CHUNK + 16;

    /** One row, before it is put; of the thread that does so. */
    private static final ThreadLocal<float[]> LINE = ThreadLocal.withInitial(() -> new float[0]);

    /** Room for {@code count} rows that are multiplied with {@code matrix}. */
    static PackedRows in(float[] values, int from, int count, PanelMatrix matrix) {
        return new PackedRows(values, from, count, matrix.depth(), CHUNK, matrix.format().factor());
    }

    /** How many values {@code count} rows take, with as many behind them as a tile reads of rows that are not there. */
    static int size(int count, int depth, int chunk) {
        int chunks = (depth - 1) / chunk + 1;
        int rows = Math.addExact(Math.multiplyExact(chunks, count), PanelTile.MOST);
        return Math.multiplyExact(rows, DISTANCE);
    }

    /** Likewise, of rows that are multiplied with {@code matrix}. */
    static int size(int count, PanelMatrix matrix) {
        return size(count, matrix.depth(), CHUNK);
    }

    /** Where the {@code k}th value of a row is; those behind it follow up to the end of the chunk. */
    int place(int row, int k) {
        return from + (k / chunk * count + row) * DISTANCE + k % chunk;
    }

    /** Takes all rows of {@code x}, normed. */
    void pack(KernelThreads threads, InputRows x) {
        int parts = Math.max(1, Math.min(count / PanelTile.ROWS, threads.count()));
        threads.run(
                parts,
                part ->
                        pack(
                                x,
                                PanelProduct.begin(count, part, parts),
                                PanelProduct.begin(count, part + 1, parts)));
    }

    private void pack(InputRows x, int begin, int end) {
        FloatBuffer rows = x.values().asFloatBuffer();
        float[] line = ScratchArray.fit(LINE.get(), depth);
        LINE.set(line);
        for (int row = begin; row < end; row++) {
            rows.get(row * depth, line, 0, depth);
            x.norm().apply(line, depth);
            put(row, 0, line, depth);
        }
    }

    /** Takes the first {@code length} of some values, for those of a row from the {@code k}th on. */
    void put(int row, int k, float[] line, int length) {
        int some;
        for (int done = 0; done < length; done += some) {
            some = Math.min(chunk - (k + done) % chunk, length - done);
            multiply(line, done, place(row, k + done), some);
        }
    }

    private void multiply(float[] line, int begin, int to, int length) {
        int i = 0;
        for (; i < SPECIES.loopBound(length); i += SPECIES.length()) {
            FloatVector.fromArray(SPECIES, line, begin + i).mul(factor).intoArray(values, to + i);
        }
        for (; i < length; i++) {
            values[to + i] = line[begin + i] * factor;
        }
    }
}
