package io.lavastream.engine.model;

import io.lavastream.engine.checkpoint.FloatSink;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;

/**
 * Writes a matrix that is read row by row, [rows, columns], as some columns of its transpose.
 *
 * @param target [columns, targetColumns]
 * @param targetColumns of the whole target, of which the matrix may be a part
 * @param firstColumn of the target that is a row of the matrix
 * @param columns of the matrix
 */
record TransposingSink(FloatDataBuffer target, long targetColumns, long firstColumn, int columns)
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
            target.offset(c * targetColumns + firstColumn + firstRow).write(column, 0, rows);
        }
    }

    /** Rows whose value in column {@code c} stands before {@code index}. */
    private long rowsBefore(long index, int c) {
        return (index - c + columns - 1) / columns;
    }
}
