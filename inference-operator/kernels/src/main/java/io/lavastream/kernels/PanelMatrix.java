package io.lavastream.kernels;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A matrix as {@link PanelProduct} takes it, in direct buffers that are used from index 0 on.
 *
 * @param panels [columns / width, bytes of a panel]
 * @param scales [columns] floats; of no matter where the format has none
 * @param depth rows
 * @param columns a multiple of {@link PanelProduct#width}
 */
public record PanelMatrix(
        PanelFormat format, ByteBuffer panels, ByteBuffer scales, int depth, int columns) {
    private static final ByteBuffer NONE =
            ByteBuffer.allocateDirect(0).order(ByteOrder.nativeOrder());

    public PanelMatrix {
        if (!format.takes(depth) || columns % PanelTile.WIDTH != 0) {
            throw new IllegalArgumentException(
                    "a matrix of %d rows and %d columns (expected: an even number of rows%s and a multiple of %d columns)"
                            .formatted(
                                    depth,
                                    columns,
                                    format.takes(depth) ? " where values are bytes" : "",
                                    PanelTile.WIDTH));
        }
    }

    /** A matrix of floats, [columns / width, depth, width]. */
    public static PanelMatrix ofFloats(ByteBuffer panels, int depth, int columns) {
        return new PanelMatrix(PanelFormat.FLOAT32, panels, NONE, depth, columns);
    }

    /** Byte at which the {@code k}th row of a panel begins. */
    int place(int panel, int k) {
        return Math.multiplyExact(panel, format.bytes(depth)) + format.bytes(k);
    }

    int panelCount() {
        return columns / PanelTile.WIDTH;
    }
}
