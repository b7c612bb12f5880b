package io.lavastream.engine.model;

import io.lavastream.engine.checkpoint.FloatSink;
import org.tensorflow.ndarray.buffer.ByteDataBuffer;

/**
 * Rounds a matrix to 127 levels on either side of zero, as it is read: each row by itself, so that its largest value is the last
 * level. One thread.
 */
final class RowQuantizer implements FloatSink {
    private static final int LEVELS = 127;

    private final ByteDataBuffer levels;
    private final float[] scales;
    private final int firstRow;
    private final float[] row;
    private final byte[] rounded;

    /**
     * @param levels [all rows, columns], of an {@link Int8Matrix}
     * @param scales [all rows]
     * @param firstRow of both that is a row of the matrix read
     */
    RowQuantizer(ByteDataBuffer levels, float[] scales, int firstRow, int columns) {
        this.levels = levels;
        this.scales = scales;
        this.firstRow = firstRow;
        this.row = new float[columns];
        this.rounded = new byte[columns];
    }

    @Override
    public void accept(long offset, float[] values, int count) {
        int taken = 0;
        while (taken < count) {
            int column = (int) ((offset + taken) % row.length);
            int part = Math.min(row.length - column, count - taken);
            System.arraycopy(values, taken, row, column, part);
            taken += part;
            if (column + part == row.length) {
                write((offset + taken) / row.length - 1);
            }
        }
    }

    private void write(long index) {
        float largest = 0;
        for (float value : row) {
            largest = Math.max(largest, Math.abs(value)); // NaN stays, and is a scale of NaN
        }
        float scale = largest / LEVELS;
        for (int i = 0; i < row.length; i++) {
            int level = scale == 0 ? 0 : Math.round(row[i] / scale);
            rounded[i] = (byte) (level + Int8Matrix.ZERO);
        }
        scales[Math.toIntExact(firstRow + index)] = scale;
        levels.offset((firstRow + index) * row.length).write(rounded, 0, row.length);
    }
}
