package io.lavastream.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PanelProductTest {
    private static final int WIDTH = PanelProduct.width();

    private final Random random = new Random(7);

    @ParameterizedTest
    @CsvSource({
        "1,64,1",
        "2,3,2",
        "3,64,5",
        "7,100,3",
        "8,512,4",
        "9,513,4",
        "16,1,7",
        "20,260,3",
        "1,1025,2",
        "1,1100,11",
        "6,2100,3",
        "23,1100,3",
        "150,520,9"
    })
    void multipliesAnyNumberOfRows(int rows, int depth, int panels) {
        float[] x = Buffers.floats(random, rows * depth);
        float[] matrix = Buffers.floats(random, panels * depth * WIDTH);

        float[] product = multiply(new KernelThreads(2), x, matrix, rows, depth, panels);

        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < panels * WIDTH; column++) {
                assertThat((double) product[row * panels * WIDTH + column])
                        .isCloseTo(expected(x, matrix, row, column, depth), within(1e-6 * depth));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1,64,2", "1,1100,14", "5,33,14", "8,100,6", "130,20,4"})
    void gatesOneProductByAnother(int rows, int depth, int panels) {
        float[] x = Buffers.floats(random, rows * depth);
        float[] matrices = Buffers.floats(random, panels * depth * WIDTH);
        matrices[0] = 1000; // exp of it is infinite in float32
        int columns = panels / 2 * WIDTH;
        ByteBuffer out = Buffers.direct(new float[rows * columns]);

        PanelProduct.multiply(
                new KernelThreads(2),
                InputRows.of(Buffers.direct(x), rows),
                PanelMatrix.ofFloats(Buffers.direct(matrices), depth, 2 * columns),
                Epilogue.swiGlu(),
                out);

        float[] found = Buffers.floats(out);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                double gate = expected(x, matrices, row, column, depth);
                double up = expected(x, matrices, row, columns + column, depth);
                double expected = gate / (1 + Math.exp(-gate)) * up;
                assertThat((double) found[row * columns + column])
                        .isCloseTo(expected, within(1e-6 * depth * (1 + Math.abs(expected))));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 8, 13, 64})
    void rowHasTheSameBitsWhateverIsBesideIt(int rows) {
        int depth = 1300; // more than a chunk
        float[] x = Buffers.floats(random, 64 * depth);
        float[] values = Buffers.floats(random, 3 * depth * WIDTH);
        PanelMatrix matrix = PanelMatrix.ofFloats(Buffers.direct(values), depth, 3 * WIDTH);
        ByteBuffer input = Buffers.direct(x);

        // By vectors, whatever there is for as many rows.
        float[] all = multiply(new KernelThreads(2), ProductTiling.of(64, matrix), input, matrix);
        float[] some =
                multiply(new KernelThreads(1), ProductTiling.of(rows, matrix), input, matrix);

        assertThat(some).containsExactly(Arrays.copyOf(all, some.length));
    }

    /** Which of the two is faster depends on the processor, so that each machine takes but one of them. */
    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT16"})
    void manyRowsHaveTheSameBitsWhetherPanelsAreReadAsTheyLieOrInPieces(PanelFormat format) {
        int rows = 37;
        int depth = 1300;
        PanelMatrix matrix = Matrices.random(random, format, depth, 3 * WIDTH);
        ByteBuffer x = Buffers.direct(Buffers.floats(random, rows * depth));

        float[] asTheyLie =
                multiply(new KernelThreads(2), ProductTiling.asRead(rows, format), x, matrix);
        float[] inPieces = multiply(new KernelThreads(2), ProductTiling.inPieces(rows), x, matrix);

        assertThat(inPieces).containsExactly(asTheyLie);
    }

    private static float[] multiply(
            KernelThreads threads, ProductTiling tiling, ByteBuffer x, PanelMatrix matrix) {
        ByteBuffer out = Buffers.direct(new float[tiling.rows() * matrix.columns()]);
        float[] values = new float[PackedRows.size(tiling.rows(), matrix)];
        PackedRows packed = PackedRows.in(values, 0, tiling.rows(), matrix);
        packed.pack(threads, InputRows.of(x, tiling.rows()));
        PanelProduct.multiply(
                threads, packed, tiling, matrix, ProductOutput.of(matrix, Epilogue.NONE, out));
        return Buffers.floats(out);
    }

    @Test
    void refusesBuffersThatAreTooSmall() {
        KernelThreads one = new KernelThreads(1);
        ByteBuffer small = Buffers.direct(new float[WIDTH - 1]);
        ByteBuffer panel = Buffers.direct(new float[WIDTH]);

        assertThatThrownBy(
                        () ->
                                PanelProduct.multiply(
                                        one,
                                        InputRows.of(Buffers.direct(new float[1]), 1),
                                        PanelMatrix.ofFloats(panel, 1, WIDTH),
                                        Epilogue.NONE,
                                        small))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(
                        () ->
                                PanelProduct.multiply(
                                        one,
                                        InputRows.of(Buffers.direct(new float[1]), 1),
                                        PanelMatrix.ofFloats(small, 1, WIDTH),
                                        Epilogue.NONE,
                                        panel))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    private float[] multiply(
            KernelThreads threads, float[] x, float[] matrix, int rows, int depth, int panels) {
        ByteBuffer out = Buffers.direct(Buffers.floats(random, rows * panels * WIDTH));
        PanelProduct.multiply(
                threads,
                InputRows.of(Buffers.direct(x), rows),
                PanelMatrix.ofFloats(Buffers.direct(matrix), depth, panels * WIDTH),
                Epilogue.NONE,
                out);
        return Buffers.floats(out);
    }

    private static double expected(float[] x, float[] matrix, int row, int column, int depth) {
        double sum = 0;
        for (int k = 0; k < depth; k++) {
            int at = (column / WIDTH * depth + k) * WIDTH + column % WIDTH;
            sum += (double) x[row * depth + k] * matrix[at];
        }
        return sum;
    }
}
