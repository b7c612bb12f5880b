package io.lavastream.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Products of many rows by the tile unit, on machines that have one. */
class TileProductTest {
    private static final int WIDTH = PanelProduct.width();

    private final Random random = new Random(5);

    @BeforeAll
    static void needsTheUnit() {
        if (TileUnit.INSTANCE.isEmpty()) {
            System.out.println("not run: the processor has no tile unit that this process may use");
        }
        assumeThat(TileUnit.INSTANCE).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "FLOAT16,64,32,1",
        "FLOAT16,67,1,2",
        "FLOAT16,64,33,3",
        "FLOAT16,65,1300,9",
        "FLOAT16,100,128,4",
        "FLOAT16,577,160,17",
        "FLOAT16,700,130,2", // more than a block of rows
        "FLOAT16,1300,96,1",
        "FLOAT32,64,1,1",
        "FLOAT32,80,1100,5",
        "FLOAT32,95,127,3",
        "INT8,64,2,1",
        "INT8,90,1102,5"
    })
    void isAsNearTheExactOneAsFloatsAre(PanelFormat format, int rows, int depth, int panels) {
        PanelMatrix matrix = Matrices.random(random, format, depth, panels * WIDTH);
        float[] x = Buffers.floats(random, rows * depth);
        float[][] weights = weights(matrix);

        float[] found = multiply(new KernelThreads(2), x, rows, matrix);

        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < matrix.columns(); column++) {
                double exact = 0;
                double size = 0;
                for (int k = 0; k < depth; k++) {
                    double product = (double) x[row * depth + k] * weights[column][k];
                    exact += product;
                    size += Math.abs(product);
                }
                assertThat((double) found[row * matrix.columns() + column])
                        .as("row %d, column %d", row, column)
                        .isCloseTo(exact, within(size * 0x1p-21));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 65, 80, 96, 128, 129})
    void rowHasTheSameBitsWhateverIsBesideIt(int rows) {
        int depth = 1300;
        PanelMatrix matrix = Matrices.random(random, PanelFormat.FLOAT16, depth, 5 * WIDTH);
        float[] x = Buffers.floats(random, 700 * depth);

        float[] all = multiply(new KernelThreads(2), x, 700, matrix);
        float[] some = multiply(new KernelThreads(1), x, rows, matrix);

        assertThat(some).containsExactly(Arrays.copyOf(all, some.length));
    }

    /** Values whose parts are exact, and whose sums are, too. */
    @Test
    void isExactWhereNothingIsRounded() {
        int rows = 96;
        int depth = 64;
        float[] x = new float[rows * depth];
        for (int i = 0; i < x.length; i++) {
            x[i] = random.nextInt(-127, 128);
        }
        float[] columns = new float[WIDTH * depth];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = random.nextInt(-127, 128);
        }
        ByteBuffer panel = Buffers.direct(new float[columns.length]);
        PanelFormat.FLOAT32.pack(columns.clone(), depth, panel, new float[0], 0);
        PanelMatrix matrix = PanelMatrix.ofFloats(panel.clear(), depth, WIDTH);

        float[] found = multiply(new KernelThreads(2), x, rows, matrix);

        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < WIDTH; column++) {
                float exact = 0;
                for (int k = 0; k < depth; k++) {
                    exact += x[row * depth + k] * columns[column * depth + k];
                }
                assertThat(found[row * WIDTH + column]).isEqualTo(exact);
            }
        }
    }

    /** What is not a number stays so, and stays in its row. */
    @Test
    void rowsThatAreNoNumbersAreSo() {
        int depth = 40;
        PanelMatrix matrix = Matrices.random(random, PanelFormat.FLOAT16, depth, WIDTH);
        float[] x = Buffers.floats(random, 64 * depth);
        x[3 * depth + 7] = Float.NaN;

        float[] found = multiply(new KernelThreads(1), x, 64, matrix);

        for (int i = 0; i < found.length; i++) {
            assertThat(Float.isNaN(found[i])).as("value %d", i).isEqualTo(i / WIDTH == 3);
        }
    }

    /** The values that a matrix stands for, by column: what comes out for rows of which each has one 1. */
    private static float[][] weights(PanelMatrix matrix) {
        float[][] weights = new float[matrix.columns()][matrix.depth()];
        for (int k = 0; k < matrix.depth(); k++) {
            float[] one = new float[matrix.depth()];
            one[k] = 1;
            float[] row = multiply(new KernelThreads(1), one, 1, matrix);
            for (int column = 0; column < weights.length; column++) {
                weights[column][k] = row[column];
            }
        }
        return weights;
    }

    private static float[] multiply(
            KernelThreads threads, float[] x, int rows, PanelMatrix matrix) {
        ByteBuffer out = Buffers.direct(new float[rows * matrix.columns()]);
        InputRows input = InputRows.of(Buffers.direct(x), rows);
        PanelProduct.multiply(threads, input, matrix, Epilogue.NONE, out);
        return Buffers.floats(out);
    }
}
