package io.lavastream.kernels;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * One layer's keys and values in pages (arXiv 2309.06180), in the order in which attention reads them: of each page and head the keys are
 * [size, positions], so that a query's scores are a sum of rows as what it finds is.
 *
 * @param keys [pages, heads, size, positions]
 * @param values [pages, heads, positions, size]
 * @param positions of a page
 * @param size of a head
 */
public record PagedCache(ByteBuffer keys, ByteBuffer values, int heads, int positions, int size) {
    /** Whether kernels take pages of so many positions and heads of so many values: whole panels of both, and of values no more than a chunk. */
    public static boolean takes(int positions, int size) {
        return positions % PanelTile.WIDTH == 0
                && size % PanelTile.WIDTH == 0
                && size <= PackedRows.CHUNK;
    }

    int pagesOf(int count) {
        return (count - 1) / positions + 1;
    }

    /** Byte at which a head's keys, or values, of a page begin. */
    int at(int page, int head) {
        return Math.multiplyExact(
                (page * heads + head) * positions, Math.multiplyExact(size, Float.BYTES));
    }

    /**
     * Writes the keys and values of one position, of heads from {@code first} to {@code end} - 1.
     *
     * @param position in the page
     * @param row of {@code fresh}
     */
    void write(int page, int position, FreshRows fresh, int row, int first, int end) {
        float[] line = new float[size];
        FreshRows.Turn turn = fresh.turn(row);
        FloatBuffer target = values.asFloatBuffer();
        for (int head = first; head < end; head++) {
            int to = at(page, head);
            fresh.key(row, head, turn, line, 0);
            for (int i = 0; i < size; i++) {
                keys.putFloat(to + (i * positions + position) * Float.BYTES, line[i]);
            }
            fresh.value(row, head, line, 0);
            target.put(to / Float.BYTES + position * size, line, 0, size);
        }
    }

    /**
     * Writes one head's keys and values of consecutive positions of a page, from {@code position} on.
     *
     * @param newKeys from {@code key} on, [count, size]
     * @param newValues from {@code value} on, likewise
     */
    void writeRun(
            int page,
            int position,
            int head,
            int count,
            float[] newKeys,
            int key,
            float[] newValues,
            int value) {
        float[] line = new float[count];
        int to = at(page, head) / Float.BYTES;
        FloatBuffer target = keys.asFloatBuffer();
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < count; j++) {
                line[j] = newKeys[key + j * size + i];
            }
            target.put(to + i * positions + position, line, 0, count);
        }
        values.asFloatBuffer().put(to + position * size, newValues, value, count * size);
    }
}
