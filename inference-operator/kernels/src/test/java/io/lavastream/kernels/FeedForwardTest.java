package io.lavastream.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.kernels.Epilogue.Activation;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two products in one against each by itself, which the tests of {@link PanelProduct} show to be right. */
class FeedForwardTest {
    private static final int WIDTH = PanelProduct.width();
    private static final int DEPTH = 40;

    /** More than one chunk. */
    private static final int WIDE = PackedRows.CHUNK + 4 * WIDTH;

    private static final int COLUMNS = 2 * WIDTH;

    private final Random random = new Random(11);
    private final KernelThreads threads = new KernelThreads(2);

    @ParameterizedTest
    @CsvSource({
        "FLOAT32,FLOAT32,1", "FLOAT32,FLOAT32,7", "FLOAT32,FLOAT32,150", "FLOAT16,FLOAT16,1",
        "FLOAT16,FLOAT16,23", "FLOAT16,FLOAT16,331", "INT8,INT8,2", "INT8,INT8,139",
        "FLOAT16,FLOAT32,29", "INT8,FLOAT16,331", "FLOAT16,FLOAT16,700"
    })
    void bitsAreThoseOfTwoProducts(PanelFormat wide, PanelFormat narrow, int rows) {
        for (Activation activation : new Activation[] {Activation.QUICK_GELU, Activation.SWI_GLU}) {
            PanelMatrix first = matrix(wide, DEPTH, WIDE * activation.parts());
            PanelMatrix second = matrix(narrow, WIDE, COLUMNS);
            Epilogue between =
                    new Epilogue(
                            activation == Activation.SWI_GLU
                                    ? Optional.empty()
                                    : Optional.of(floats(WIDE)),
                            activation,
                            Optional.empty());
            Epilogue epilogue =
                    new Epilogue(
                            Optional.of(floats(COLUMNS)),
                            Activation.NONE,
                            Optional.of(floats(rows * COLUMNS)));
            InputRows x =
                    new InputRows(
                            floats(rows * DEPTH),
                            rows,
                            RowNorm.rootMeanSquare(floats(DEPTH), 1e-3f));
            ByteBuffer inner = Buffers.direct(new float[rows * WIDE]);
            ByteBuffer expected = Buffers.direct(new float[rows * COLUMNS]);
            PanelProduct.multiply(threads, x, first, between, inner);
            PanelProduct.multiply(threads, InputRows.of(inner, rows), second, epilogue, expected);
            ByteBuffer out = Buffers.direct(new float[rows * COLUMNS]);

            FeedForward.multiply(threads, x, first, between, second, epilogue, out);

            assertThat(Buffers.floats(out)).isEqualTo(Buffers.floats(expected));
        }
    }

    @Test
    void theSecondMatrixTakesWhatTheFirstMakes() {
        PanelMatrix first = matrix(PanelFormat.FLOAT32, DEPTH, 2 * WIDTH);

        assertThatThrownBy(
                        () ->
                                FeedForward.multiply(
                                        threads,
                                        InputRows.of(floats(DEPTH), 1),
                                        first,
                                        Epilogue.swiGlu(),
                                        matrix(PanelFormat.FLOAT32, 2 * WIDTH, WIDTH),
                                        Epilogue.NONE,
                                        floats(WIDTH)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "a second matrix of %d rows (expected: %d)".formatted(2 * WIDTH, WIDTH));
    }

    @Test
    void betweenThemIsAFunction() {
        PanelMatrix square = matrix(PanelFormat.FLOAT32, WIDTH, WIDTH);

        assertThatThrownBy(
                        () ->
                                FeedForward.multiply(
                                        threads,
                                        InputRows.of(floats(WIDTH), 1),
                                        square,
                                        Epilogue.NONE,
                                        square,
                                        Epilogue.NONE,
                                        floats(WIDTH)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("between two products no function (expected: one)");
    }

    private PanelMatrix matrix(PanelFormat format, int depth, int columns) {
        return Matrices.random(random, format, depth, columns);
    }

    private ByteBuffer floats(int count) {
        return Buffers.direct(Buffers.floats(random, count));
    }
}
