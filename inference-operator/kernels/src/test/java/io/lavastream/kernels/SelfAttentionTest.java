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

/** Products and attention in one against each by itself, whose own tests show them to be right. */
class SelfAttentionTest {
    private static final int WIDTH = PanelProduct.width();
    private static final int DEPTH = 40;

    /** Of which a chunk has no whole number. */
    private static final int SIZE = 5 * WIDTH / 2;

    /** More than a chunk has, an even number. */
    private static final int HEADS = (PackedRows.CHUNK / SIZE / 2 + 1) * 2;

    private final Random random = new Random(11);
    private final KernelThreads threads = new KernelThreads(2);

    @ParameterizedTest
    @CsvSource({
        "FLOAT32,FLOAT32,1", "FLOAT32,FLOAT32,150", "FLOAT16,FLOAT16,1", "FLOAT16,FLOAT16,7",
        "FLOAT16,FLOAT16,331", "INT8,INT8,139", "FLOAT16,FLOAT32,29", "INT8,FLOAT16,331"
    })
    void bitsAreThoseOfItsParts(PanelFormat wide, PanelFormat narrow, int rows) {
        int width = HEADS * SIZE;
        PanelMatrix first = Matrices.random(random, wide, DEPTH, 3 * width);
        PanelMatrix second = Matrices.random(random, narrow, width, WIDTH);
        Epilogue between =
                new Epilogue(Optional.of(floats(3 * width)), Activation.NONE, Optional.empty());
        Epilogue epilogue =
                new Epilogue(
                        Optional.of(floats(WIDTH)),
                        Activation.NONE,
                        Optional.of(floats(rows * WIDTH)));
        InputRows x =
                new InputRows(
                        floats(rows * DEPTH), rows, RowNorm.rootMeanSquare(floats(DEPTH), 1e-3f));
        ByteBuffer projected = Buffers.direct(new float[rows * 3 * width]);
        PanelProduct.multiply(threads, x, first, between, projected);
        float[] parts = Buffers.floats(projected);
        ByteBuffer found =
                Buffers.direct(FullAttentionTest.found(threads, parts, rows, HEADS, SIZE));
        ByteBuffer expected = Buffers.direct(new float[rows * WIDTH]);
        PanelProduct.multiply(threads, InputRows.of(found, rows), second, epilogue, expected);
        ByteBuffer out = Buffers.direct(new float[rows * WIDTH]);

        SelfAttention.multiply(threads, x, first, between, HEADS, second, epilogue, out);

        assertThat(Buffers.floats(out)).isEqualTo(Buffers.floats(expected));
    }

    @Test
    void headsLieAcrossChunks() {
        assertThat(PackedRows.CHUNK % SIZE).isPositive();
    }

    @Test
    void betweenThemIsNoResidual() {
        Epilogue residual =
                new Epilogue(Optional.empty(), Activation.NONE, Optional.of(floats(3 * WIDTH)));

        assertThatThrownBy(
                        () ->
                                SelfAttention.multiply(
                                        threads,
                                        InputRows.of(floats(WIDTH), 1),
                                        Matrices.random(
                                                random, PanelFormat.FLOAT32, WIDTH, 3 * WIDTH),
                                        residual,
                                        1,
                                        Matrices.random(random, PanelFormat.FLOAT32, WIDTH, WIDTH),
                                        Epilogue.NONE,
                                        floats(WIDTH)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("before what comes next a residual (expected: none)");
    }

    @Test
    void matricesAreOfThreeTimesTheHeads() {
        assertThatThrownBy(
                        () ->
                                SelfAttention.multiply(
                                        threads,
                                        InputRows.of(floats(WIDTH), 1),
                                        Matrices.random(random, PanelFormat.FLOAT32, WIDTH, WIDTH),
                                        Epilogue.NONE,
                                        1,
                                        Matrices.random(random, PanelFormat.FLOAT32, WIDTH, WIDTH),
                                        Epilogue.NONE,
                                        floats(WIDTH)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "matrices of %d columns and %d rows with 1 heads".formatted(WIDTH, WIDTH));
    }

    private ByteBuffer floats(int count) {
        return Buffers.direct(Buffers.floats(random, count));
    }
}
