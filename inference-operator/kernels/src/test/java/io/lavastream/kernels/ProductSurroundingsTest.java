package io.lavastream.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lavastream.kernels.Epilogue.Activation;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is done before a product and behind it, against definitions in double. */
class ProductSurroundingsTest {
    private static final int WIDTH = PanelProduct.width();
    private static final int COLUMNS = 3 * WIDTH;
    private static final float EPSILON = 1e-3f;

    private final Random random = new Random(5);
    private final KernelThreads threads = new KernelThreads(2);

    @ParameterizedTest
    @CsvSource({"1,64", "3,100", "20,37"})
    void rowsAreNormedByTheirRootMeanSquare(int rows, int depth) {
        float[] x = Buffers.floats(random, rows * depth);
        float[] weight = Buffers.floats(random, depth);
        float[] expected = new float[x.length];
        for (int row = 0; row < rows; row++) {
            double root = Math.sqrt(meanSquare(x, row, depth, 0) + EPSILON);
            for (int i = 0; i < depth; i++) {
                expected[row * depth + i] = (float) (x[row * depth + i] / root * weight[i]);
            }
        }

        RowNorm norm = RowNorm.rootMeanSquare(Buffers.direct(weight), EPSILON);
        assertThat(normed(x, rows, norm)).containsExactly(expected, within(2e-6f));
    }

    @ParameterizedTest
    @CsvSource({"1,64", "3,100", "20,37"})
    void rowsAreNormedAsLayers(int rows, int depth) {
        float[] x = Buffers.floats(random, rows * depth);
        float[] weight = Buffers.floats(random, depth);
        float[] bias = Buffers.floats(random, depth);
        float[] expected = new float[x.length];
        for (int row = 0; row < rows; row++) {
            double mean = 0;
            for (int i = 0; i < depth; i++) {
                mean += x[row * depth + i] / (double) depth;
            }
            double root = Math.sqrt(meanSquare(x, row, depth, mean) + EPSILON);
            for (int i = 0; i < depth; i++) {
                int at = row * depth + i;
                expected[at] = (float) ((x[at] - mean) / root * weight[i] + bias[i]);
            }
        }

        RowNorm norm = RowNorm.layer(Buffers.direct(weight), Buffers.direct(bias), EPSILON);
        assertThat(normed(x, rows, norm)).containsExactly(expected, within(2e-6f));
    }

    @Test
    void aNormIsAsLongAsARow() {
        RowNorm norm = RowNorm.rootMeanSquare(Buffers.direct(new float[5]), EPSILON);

        assertThatThrownBy(() -> normed(new float[4], 1, norm))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a norm of 5 values (expected: 4)");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 6, 140})
    void biasAndFunction(int rows) {
        float[] x = Buffers.floats(random, rows);
        float[] matrix = Buffers.floats(random, COLUMNS);
        float[] bias = Buffers.floats(random, COLUMNS);
        bias[0] = 500; // exp of it is infinite in float32
        bias[1] = -500;
        Epilogue epilogue =
                new Epilogue(
                        Optional.of(Buffers.direct(bias)), Activation.QUICK_GELU, Optional.empty());

        float[] expected = new float[rows * COLUMNS];
        for (int i = 0; i < expected.length; i++) {
            double sum = (double) x[i / COLUMNS] * matrix[i % COLUMNS] + bias[i % COLUMNS];
            expected[i] = (float) (sum / (1 + Math.exp(-1.702 * sum)));
        }
        assertThat(product(x, matrix, epilogue)).containsExactly(expected, within(1e-4f));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 6, 140})
    void biasAndResidual(int rows) {
        float[] x = Buffers.floats(random, rows);
        float[] matrix = Buffers.floats(random, COLUMNS);
        float[] bias = Buffers.floats(random, COLUMNS);
        float[] residual = Buffers.floats(random, rows * COLUMNS);
        Epilogue epilogue =
                new Epilogue(
                        Optional.of(Buffers.direct(bias)),
                        Activation.NONE,
                        Optional.of(Buffers.direct(residual)));

        float[] expected = new float[rows * COLUMNS];
        for (int i = 0; i < expected.length; i++) {
            double sum = (double) x[i / COLUMNS] * matrix[i % COLUMNS] + bias[i % COLUMNS];
            expected[i] = (float) (sum + residual[i]);
        }
        assertThat(product(x, matrix, epilogue)).containsExactly(expected, within(1e-5f));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void afterAFunctionThereIsNoResidual(Activation activation) {
        Optional<ByteBuffer> some = Optional.of(Buffers.direct(new float[1]));

        assertThatThrownBy(() -> new Epilogue(Optional.empty(), activation, some))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(activation + " with a residual (expected: none)");
    }

    /** With a matrix of one row. */
    private float[] product(float[] x, float[] matrix, Epilogue epilogue) {
        ByteBuffer out = Buffers.direct(new float[x.length * COLUMNS]);
        PanelProduct.multiply(
                threads,
                InputRows.of(Buffers.direct(x), x.length),
                PanelMatrix.ofFloats(Buffers.direct(matrix), 1, COLUMNS),
                epilogue,
                out);
        return Buffers.floats(out);
    }

    private static double meanSquare(float[] x, int row, int depth, double mean) {
        double sum = 0;
        for (int i = row * depth; i < (row + 1) * depth; i++) {
            sum += (x[i] - mean) * (x[i] - mean);
        }
        return sum / depth;
    }

    /** By a product with ones on the diagonal. */
    private float[] normed(float[] x, int rows, RowNorm norm) {
        int depth = x.length / rows;
        int panels = (depth - 1) / WIDTH + 1;
        float[] identity = new float[panels * depth * WIDTH];
        for (int k = 0; k < depth; k++) {
            identity[(k / WIDTH * depth + k) * WIDTH + k % WIDTH] = 1;
        }
        ByteBuffer out = Buffers.direct(new float[rows * panels * WIDTH]);
        PanelProduct.multiply(
                threads,
                new InputRows(Buffers.direct(x), rows, norm),
                PanelMatrix.ofFloats(Buffers.direct(identity), depth, panels * WIDTH),
                Epilogue.NONE,
                out);
        float[] all = Buffers.floats(out);
        float[] normed = new float[x.length];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(all, row * panels * WIDTH, normed, row * depth, depth);
        }
        return normed;
    }
}
