package io.lavastream.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.kernels.Epilogue.Activation;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A layer in one against its parts by themselves, whose own tests show them to be right. */
class DecoderLayerTest {
    private static final int HIDDEN = 64;
    private static final int WIDE = 96;
    private static final int HEADS = 2;
    private static final int GROUP = 2;
    private static final int SIZE = 32;
    private static final int POSITIONS = 32;
    private static final int QUERIES = HEADS * GROUP * SIZE;
    private static final int PROJECTED = QUERIES + 2 * HEADS * SIZE;

    private final Random random = new Random(12);
    private final KernelThreads threads = new KernelThreads(2);

    @ParameterizedTest
    @CsvSource({"FLOAT16,9", "FLOAT16,1", "FLOAT32,3", "INT8,17", "FLOAT16,2"})
    void bitsAreThoseOfItsParts(PanelFormat format, int rows) {
        DecoderLayer.Matrices matrices = matrices(format, HIDDEN, HIDDEN, HIDDEN);
        ByteBuffer x = floats(rows * HIDDEN);
        ByteBuffer cos = floats(rows * SIZE / 2);
        ByteBuffer sin = floats(rows * SIZE / 2);
        float[] cached = Buffers.floats(random, rows * HEADS * POSITIONS * SIZE);
        DecoderLayer.Attention attention =
                (projected, found) -> attend(cached, rows, projected, cos, sin, found);
        float[] expected = parts(matrices, x, rows, attention);
        ByteBuffer out = Buffers.direct(new float[rows * HIDDEN]);

        DecoderLayer.compute(threads, x, rows, matrices, attention, out);

        assertThat(Buffers.floats(out)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"32,64,64", "64,32,64", "64,64,32"})
    void matricesAddToRowsOfTheSameLength(int output, int wideRows, int narrow) {
        ByteBuffer row = floats(HIDDEN);

        assertThatThrownBy(
                        () ->
                                DecoderLayer.compute(
                                        threads,
                                        row,
                                        1,
                                        matrices(PanelFormat.FLOAT32, output, wideRows, narrow),
                                        (projected, found) -> {},
                                        row))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "a layer of matrices to %d and %d columns and of %d rows (expected: 64, as the projection's rows)"
                                .formatted(output, narrow, wideRows));
    }

    private float[] parts(
            DecoderLayer.Matrices matrices,
            ByteBuffer x,
            int rows,
            DecoderLayer.Attention attention) {
        ByteBuffer projected = Buffers.direct(new float[rows * PROJECTED]);
        ByteBuffer found = Buffers.direct(new float[rows * QUERIES]);
        ByteBuffer attended = Buffers.direct(new float[rows * HIDDEN]);
        ByteBuffer out = Buffers.direct(new float[rows * HIDDEN]);
        InputRows normed = new InputRows(x, rows, matrices.norm());
        PanelProduct.multiply(threads, normed, matrices.projection(), Epilogue.NONE, projected);
        attention.attend(projected, found);
        PanelProduct.multiply(
                threads, InputRows.of(found, rows), matrices.output(), addedTo(x), attended);
        FeedForward.multiply(
                threads,
                new InputRows(attended, rows, matrices.secondNorm()),
                matrices.wide(),
                Epilogue.swiGlu(),
                matrices.narrow(),
                addedTo(attended),
                out);
        return Buffers.floats(out);
    }

    /** Each row to a page of its own, of which it has the last position. */
    private void attend(
            float[] cached,
            int rows,
            ByteBuffer projected,
            ByteBuffer cos,
            ByteBuffer sin,
            ByteBuffer found) {
        int[] places = new int[rows];
        int[] lengths = new int[rows];
        for (int row = 0; row < rows; row++) {
            places[row] = rows - 1 - row;
            lengths[row] = POSITIONS;
        }
        CacheAttention.attend(
                threads,
                new PagedCache(
                        Buffers.direct(cached), Buffers.direct(cached), HEADS, POSITIONS, SIZE),
                FreshRows.turned(projected, cos, sin, HEADS * GROUP, HEADS, SIZE),
                IntBuffer.wrap(places),
                IntBuffer.wrap(lengths),
                found);
    }

    private DecoderLayer.Matrices matrices(
            PanelFormat format, int output, int wideRows, int narrow) {
        return new DecoderLayer.Matrices(
                norm(),
                Matrices.random(random, format, HIDDEN, PROJECTED),
                Matrices.random(random, format, QUERIES, output),
                norm(),
                Matrices.random(random, format, wideRows, 2 * WIDE),
                Matrices.random(random, format, WIDE, narrow));
    }

    private RowNorm norm() {
        return RowNorm.rootMeanSquare(floats(HIDDEN), 1e-3f);
    }

    private static Epilogue addedTo(ByteBuffer rows) {
        return new Epilogue(Optional.empty(), Activation.NONE, Optional.of(rows));
    }

    private ByteBuffer floats(int count) {
        return Buffers.direct(Buffers.floats(random, count));
    }
}
