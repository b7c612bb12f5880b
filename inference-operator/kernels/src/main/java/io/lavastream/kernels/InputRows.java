package io.lavastream.kernels;

import java.nio.ByteBuffer;

/**
 * Rows that are multiplied.
 *
 * @param values a direct buffer, used from index 0 on: [count, depth]
 * @param norm of each before that
 */
public record InputRows(ByteBuffer values, int count, RowNorm norm) {
    /** Rows as they are. */
    public static InputRows of(ByteBuffer values, int count) {
        return new InputRows(values, count, RowNorm.NONE);
    }
}
