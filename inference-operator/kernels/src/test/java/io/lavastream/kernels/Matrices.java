package io.lavastream.kernels;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/** Matrices of random values. */
final class Matrices {
    private Matrices() {}

    static PanelMatrix random(Random random, PanelFormat format, int depth, int columns) {
        ByteBuffer panels =
                Buffers.direct(
                        new float
                                [columns
                                        / PanelProduct.width()
                                        * format.bytes(depth)
                                        / Float.BYTES]);
        float[] scales = new float[columns];
        ByteBuffer panel = ByteBuffer.allocate(format.bytes(depth)).order(ByteOrder.nativeOrder());
        for (int i = 0; i < columns / PanelProduct.width(); i++) {
            format.pack(
                    Buffers.floats(random, PanelProduct.width() * depth),
                    depth,
                    panel.clear(),
                    scales,
                    i * PanelProduct.width());
            panels.put(i * format.bytes(depth), panel.array(), 0, panel.capacity());
        }
        return new PanelMatrix(format, panels, Buffers.direct(scales), depth, columns);
    }
}
