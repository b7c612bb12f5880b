package io.lavastream.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;

class TransposingSinkTest {
    @Property(tries = 300)
    void wherePiecesEndDoesNotMatter(
            @ForAll @IntRange(min = 1, max = 9) int rows,
            @ForAll @IntRange(min = 1, max = 9) int columns,
            @ForAll @IntRange(max = 4) int firstColumn,
            @ForAll @IntRange(min = 1, max = 5) int panels,
            @ForAll @IntRange(min = 1, max = 20) int piece) {
        int panelWidth = (firstColumn + rows + 2) / panels + 1;
        int targetColumns = panels * panelWidth;
        FloatDataBuffer target = DataBuffers.ofFloats((long) columns * targetColumns);
        TransposingSink sink = new TransposingSink(target, panelWidth, firstColumn, columns);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = i + 1;
        }

        for (int offset = 0; offset < values.length; offset += piece) {
            int count = Math.min(piece, values.length - offset);
            sink.accept(offset, Arrays.copyOfRange(values, offset, offset + count), count);
        }

        for (int column = 0; column < columns; column++) {
            for (int i = 0; i < targetColumns; i++) {
                int row = i - firstColumn;
                float expected = row >= 0 && row < rows ? values[row * columns + column] : 0;
                int panel = i / panelWidth;
                int at = (panel * columns + column) * panelWidth + i % panelWidth;
                assertThat(target.getFloat(at)).isEqualTo(expected);
            }
        }
    }
}
