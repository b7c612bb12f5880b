package io.lavastream.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A product with a matrix that is kept in less than 32 bits is that of the floats it stands for, bit by bit. */
class PanelFormatTest {
    private static final int WIDTH = PanelProduct.width();
    private static final int DEPTH = 1030;
    private static final int PANELS = 6;

    private final Random random = new Random(11);
    private final KernelThreads threads = new KernelThreads(2);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 8, 9, 12, 13, 16, 170})
    void ofBinary16(int rows) {
        float[] columns = columns(() -> half(random.nextGaussian() * 0.02));
        columns[5] = 0;
        columns[6] = -0x1p-24f; // the smallest one
        columns[7] = 127.9375f; // the largest one beside it

        float[] expected = product(PanelFormat.FLOAT32, columns, rows);
        assertThat(product(PanelFormat.FLOAT16, columns, rows)).containsExactly(expected);
        // One thread has more pieces than are multiplied before the next tile of rows is.
        PanelMatrix matrix = matrix(PanelFormat.FLOAT16, columns);
        assertThat(product(new KernelThreads(1), x(rows), rows, matrix, Epilogue.NONE))
                .containsExactly(expected);
    }

    /** Panels end where their memory does: what is touched before its turn lies there, too. */
    @ParameterizedTest
    @CsvSource({
        "FLOAT16,1", "FLOAT16,2", "FLOAT16,3", "FLOAT16,5", "FLOAT16,7", "FLOAT16,1025",
        "FLOAT16,1027", "INT8,2", "INT8,6", "INT8,1026", "FLOAT32,1", "FLOAT32,1027"
    })
    void ofAnyDepth(PanelFormat format, int depth) {
        KernelThreads one = new KernelThreads(1);
        PanelMatrix matrix = Matrices.random(random, format, depth, PANELS * WIDTH);
        for (int rows : new int[] {1, 2, 4, 8, 16}) {
            ByteBuffer x = Buffers.direct(Buffers.floats(random, 40 * depth));
            float[] all = product(one, x, 40, matrix, Epilogue.NONE);

            assertThat(product(one, x, rows, matrix, Epilogue.NONE))
                    .containsExactly(Arrays.copyOf(all, rows * matrix.columns()));
        }
    }

    @Test
    void ofBfloat16() {
        float[] columns = columns(() -> bfloat(random.nextGaussian() * 1e20));

        assertThat(product(PanelFormat.FLOAT16, columns, 3))
                .containsExactly(product(PanelFormat.FLOAT32, columns, 3));
    }

    @Test
    void roundsToElevenBits() {
        float[] columns = columns(random::nextGaussian);
        float[] rounded = columns.clone();
        for (int i = 0; i < rounded.length; i++) {
            double unit = Math.scalb(1.0, Math.getExponent(rounded[i]) - 10);
            rounded[i] = (float) (Math.rint(rounded[i] / unit) * unit);
        }

        assertThat(product(PanelFormat.FLOAT16, columns, 2))
                .containsExactly(product(PanelFormat.FLOAT32, rounded, 2));
    }

    @Test
    void whatIsTiniestBesideTheLargestIsRounded() {
        float[] columns = new float[WIDTH * 2];
        columns[0] = 1;
        columns[1] = 0x1p-31f; // to 2^-30
        columns[2] = 1;
        columns[3] = 0x1p-32f; // to 0

        float[] scales = new float[WIDTH];
        ByteBuffer panel = Buffers.direct(new float[WIDTH]);
        PanelFormat.FLOAT16.pack(columns.clone(), 2, panel, scales, 0);
        float[] product = new float[WIDTH];
        ByteBuffer out = Buffers.direct(product);
        PanelProduct.multiply(
                threads,
                InputRows.of(Buffers.direct(new float[] {0, 1}), 1),
                new PanelMatrix(
                        PanelFormat.FLOAT16, panel.clear(), Buffers.direct(scales), 2, WIDTH),
                Epilogue.NONE,
                out);

        assertThat(Buffers.floats(out)).startsWith(0x1p-30f, 0f);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 8, 33})
    void ofLevels(int rows) {
        float[] columns = columns(random::nextGaussian);
        float[] levels = columns.clone();
        float[] scales = new float[columns.length / DEPTH];
        for (int column = 0; column < scales.length; column++) {
            float largest = 0;
            for (int i = column * DEPTH; i < (column + 1) * DEPTH; i++) {
                largest = Math.max(largest, Math.abs(columns[i]));
            }
            scales[column] = largest / 127;
            for (int i = column * DEPTH; i < (column + 1) * DEPTH; i++) {
                levels[i] = Math.round(columns[i] / scales[column]);
            }
        }
        float[] expected = product(PanelFormat.FLOAT32, levels, rows);
        for (int i = 0; i < expected.length; i++) {
            expected[i] *= scales[i % scales.length];
        }

        assertThat(product(PanelFormat.INT8, columns, rows)).containsExactly(expected);
    }

    @ParameterizedTest
    @EnumSource
    void columnsOfZeros(PanelFormat format) {
        float[] columns = columns(() -> 0);

        assertThat(product(format, columns, 2)).containsOnly(0f);
    }

    @ParameterizedTest
    @CsvSource({"FLOAT16,1", "FLOAT16,5", "FLOAT16,13", "FLOAT16,16", "INT8,1", "INT8,5"})
    void gates(PanelFormat format, int rows) {
        float[] columns = columns(() -> random.nextInt(255) - 127);
        for (int column = 0; column < columns.length; column += DEPTH) {
            columns[column] = 127; // so that levels are the values
        }
        assertThat(product(format, columns, rows, Epilogue.swiGlu()))
                .containsExactly(product(PanelFormat.FLOAT32, columns, rows, Epilogue.swiGlu()));
    }

    @ParameterizedTest
    @CsvSource({"FLOAT16,NaN", "FLOAT16,Infinity", "INT8,NaN", "INT8,-Infinity"})
    void refusesWhatIsNotFinite(PanelFormat format, float value) {
        float[] columns = new float[WIDTH * 2];
        columns[3] = value;

        assertThatThrownBy(
                        () ->
                                format.pack(
                                        columns,
                                        2,
                                        ByteBuffer.allocate(format.bytes(2)),
                                        new float[WIDTH],
                                        0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected: finite ones");
    }

    @Test
    void bytesComeInPairs() {
        ByteBuffer some = Buffers.direct(new float[WIDTH]);

        assertThat(PanelFormat.INT8.takes(3)).isFalse();
        assertThatThrownBy(() -> new PanelMatrix(PanelFormat.INT8, some, some, 3, WIDTH))
                .hasMessageContaining("an even number of rows");
    }

    /** All panels' columns, one after the other, [PANELS * WIDTH, DEPTH]. */
    private static float[] columns(DoubleSupplier value) {
        float[] columns = new float[PANELS * WIDTH * DEPTH];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = (float) value.getAsDouble();
        }
        return columns;
    }

    private static double half(double value) {
        double unit = Math.max(0x1p-24, Math.scalb(1.0, Math.getExponent(value) - 10));
        return Math.rint(value / unit) * unit;
    }

    private static double bfloat(double value) {
        double unit = Math.scalb(1.0, Math.getExponent(value) - 7);
        return Math.rint(value / unit) * unit;
    }

    private float[] product(PanelFormat format, float[] columns, int rows) {
        return product(format, columns, rows, Epilogue.NONE);
    }

    private float[] product(PanelFormat format, float[] columns, int rows, Epilogue epilogue) {
        return product(threads, x(rows), rows, matrix(format, columns), epilogue);
    }

    private static float[] product(
            KernelThreads threads, ByteBuffer x, int rows, PanelMatrix matrix, Epilogue epilogue) {
        int width = matrix.columns() / epilogue.activation().parts();
        ByteBuffer out = Buffers.direct(new float[rows * width]);
        PanelProduct.multiply(threads, InputRows.of(x, rows), matrix, epilogue, out);
        return Buffers.floats(out);
    }

    /** The same ones each time. */
    private static ByteBuffer x(int rows) {
        Random random = new Random(rows);
        float[] x = new float[rows * DEPTH];
        IntStream.range(0, x.length).forEach(i -> x[i] = (float) random.nextGaussian());
        return Buffers.direct(x);
    }

    private static PanelMatrix matrix(PanelFormat format, float[] columns) {
        ByteBuffer panels =
                ByteBuffer.allocateDirect(PANELS * format.bytes(DEPTH))
                        .order(ByteOrder.nativeOrder());
        float[] scales = new float[PANELS * WIDTH];
        for (int panel = 0; panel < PANELS; panel++) {
            int size = WIDTH * DEPTH;
            float[] some = Arrays.copyOfRange(columns, panel * size, (panel + 1) * size);
            format.pack(some, DEPTH, panels, scales, panel * WIDTH);
        }
        return new PanelMatrix(
                format, panels.clear(), Buffers.direct(scales), DEPTH, PANELS * WIDTH);
    }
}
