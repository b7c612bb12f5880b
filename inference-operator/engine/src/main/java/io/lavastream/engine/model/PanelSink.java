package io.lavastream.engine.model;

import io.lavastream.engine.checkpoint.FloatSink;
import io.lavastream.kernels.PanelFormat;
import io.lavastream.kernels.PanelProduct;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.tensorflow.ndarray.buffer.ByteDataBuffer;

/**
 * Keeps matrices of equally long rows, which are read one after the other, as panels: each panel is that many rows of a checkpoint's [out, in].
 * Holds one panel. One thread.
 */
final class PanelSink implements FloatSink {
    private final PanelFormat format;
    private final ByteDataBuffer target;
    private final float[] scales;
    private final int columns;
    private final float[] rows;
    private final ByteBuffer panel;
    private int taken;
    private int panels;

    /**
     * @param target of {@link io.lavastream.engine.model.custom.PanelOps#shape}
     * @param scales [rows of all matrices], written where the format has some
     * @param columns of each matrix
     */
    PanelSink(PanelFormat format, ByteDataBuffer target, float[] scales, int columns) {
        this.format = format;
        this.target = target;
        this.scales = scales;
        this.columns = columns;
        this.rows = new float[PanelProduct.width() * columns];
        this.panel = ByteBuffer.allocate(format.bytes(columns)).order(ByteOrder.nativeOrder());
    }

    /** In order, from the first value of the first matrix on. */
    @Override
    public void accept(long offset, float[] values, int count) {
        for (int read = 0; read < count; ) {
            int part = Math.min(rows.length - taken, count - read);
            System.arraycopy(values, read, rows, taken, part);
            read += part;
            taken += part;
            if (taken == rows.length) {
                writePanel();
            }
        }
    }

    private void writePanel() {
        format.pack(rows, columns, panel.clear(), scales, panels * PanelProduct.width());
        target.offset((long) panels * panel.capacity()).write(panel.array(), 0, panel.capacity());
        panels++;
        taken = 0;
    }
}
