package io.lavastream.engine.model;

import io.lavastream.engine.checkpoint.FloatSink;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;

/**
 * Writes a matrix that is read row by row, [rows, columns], as some columns of its transpose, which is cut into panels.
 *
 * @param target [panels, columns, panelWidth]
 * @param panelWidth columns of a panel; the width of the whole where there is one panel
 * @param firstColumn of the target that is a row of the matrix, counted over all panels
 * @param columns of the matrix
 */
record TransposingSink(FloatDataBuffer target, long panelWidth, long firstColumn, int columns)
        implements FloatSink {
    /** A piece may begin and end anywhere in a row; from each column it holds some consecutive rows. */
    @Override
    public void accept(long offset, float[] values, int count) {
        float[] column = new float[count / columns + 1];
        for (int c = 0; c < columns; c++) {
            long firstRow = rowsBefore(offset, c);
            int rows = (int) (rowsBefore(offset + count, c) - firstRow);
            int first = (int) (firstRow * columns + c - offset);
            for (int row = 0; row < rows; row++) {
                column[row] = values[first + row * columns];
            }
            write(c, firstColumn + firstRow, column, rows);
        }
    }

    /** {@code count} values of row {@code row} of the transpose, from column {@code first} on. */
    private void write(int row, long first, float[] values, int count) {
        int written = 0;
        while (written < count) {
            long at = first + written;
            long panel = at / panelWidth;
            long within = at % panelWidth;
            int fits = (int) Math.min(count - written, panelWidth - within);
            target.offset((panel * columns + row) * panelWidth + within)
                    .write(values, written, fits);
            written += fits;
        }
    }

    /** Rows whose value in column {@code c} stands before {@code index}. */
    private long rowsBefore(long index, int c) {
        return (index - c + columns - 1) / columns;
    }
}
