package io.lavastream.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Products of a few rows by machine code, on machines that have it, beside the JVM's own loops. */
class StreamProductTest {
    private static final int WIDTH = PanelProduct.width();

    private final Random random = new Random(6);

    @BeforeAll
    static void needsTheCode() {
        if (StreamUnit.INSTANCE.isEmpty()) {
            System.out.println(
                    "not run: the machine has no AVX-512, or lets this process have no code of its own");
        }
        assumeThat(StreamUnit.INSTANCE).isPresent();
    }

    /** Of rows, depth, panels and threads: streams with and without panels left over, chunks with and without a rest, neither. */
    @ParameterizedTest
    @CsvSource({
        "FLOAT16,1,1,1,1,NONE",
        "FLOAT16,1,2,2,2,NONE",
        "FLOAT16,1,64,3,1,NONE",
        "FLOAT16,1,1024,4,1,NONE",
        "FLOAT16,1,1025,5,1,NONE",
        "FLOAT16,1,2816,11,1,NONE",
        "FLOAT16,1,65,40,2,NONE",
        "FLOAT16,1,33,250,3,NONE",
        "FLOAT16,1,64,2,1,SWI_GLU",
        "FLOAT16,1,1030,10,1,SWI_GLU",
        "FLOAT16,1,96,46,2,SWI_GLU",
        "FLOAT16,1,64,9,2,QUICK_GELU",
        "FLOAT16,2,1100,9,1,NONE",
        "FLOAT16,3,257,18,2,SWI_GLU",
        "FLOAT16,4,96,5,2,NONE",
        "FLOAT16,5,1024,14,1,SWI_GLU",
        "FLOAT16,6,31,3,1,NONE",
        "FLOAT16,7,256,4,1,NONE",
        "FLOAT16,8,1025,10,2,SWI_GLU",
        "FLOAT16,9,255,7,2,NONE",
        "FLOAT16,12,512,3,1,NONE",
        "FLOAT16,13,770,6,2,SWI_GLU",
        "FLOAT16,15,1,2,1,NONE",
        "FLOAT16,16,1300,9,2,QUICK_GELU",
        "FLOAT32,1,1,1,1,NONE",
        "FLOAT32,1,1100,13,2,NONE",
        "FLOAT32,1,63,8,1,SWI_GLU",
        "FLOAT32,4,300,11,2,NONE",
        "FLOAT32,8,600,6,1,SWI_GLU",
        "FLOAT32,16,513,5,2,NONE"
    })
    void hasTheBitsOfTheLoopsWhateverTheShape(
            PanelFormat format,
            int rows,
            int depth,
            int panels,
            int threads,
            Epilogue.Activation activation) {
        PanelMatrix matrix = Matrices.random(random, format, depth, panels * WIDTH);
        Epilogue epilogue = new Epilogue(Optional.empty(), activation, Optional.empty());
        float[] x = Buffers.floats(random, rows * depth);
        float[] nothing = new float[rows * matrix.columns() / activation.parts()];
        ByteBuffer looped = Buffers.direct(nothing);
        KernelThreads helpers = new KernelThreads(threads);
        PanelProduct.multiply(
                helpers,
                packed(x, rows, matrix),
                ProductTiling.of(rows, matrix),
                matrix,
                ProductOutput.of(matrix, epilogue, looped));
        ByteBuffer out = Buffers.direct(nothing);

        assertThat(PanelProduct.byStreams(rows, format)).isTrue();
        PanelProduct.multiply(
                helpers, InputRows.of(Buffers.direct(x), rows), matrix, epilogue, out);

        assertThat(Buffers.floats(out)).isEqualTo(Buffers.floats(looped)).doesNotContain(0f);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT16", "FLOAT32"})
    void hasTheBitsOfTheLoopsForAllRows(PanelFormat format) {
        for (int rows = 1; rows <= StreamCode.ROWS; rows++) {
            hasTheBitsOfTheLoopsWhateverTheShape(
                    format, rows, 300, 10, 2, Epilogue.Activation.SWI_GLU);
        }
    }

    @Test
    void readsNothingBehindAMatrix() {
        PanelMatrix whole = Matrices.random(random, PanelFormat.FLOAT16, 64, 2 * WIDTH);
        ByteBuffer less = whole.panels().slice(0, whole.panels().capacity() - 1);
        PanelMatrix cut = new PanelMatrix(PanelFormat.FLOAT16, less, whole.scales(), 64, 2 * WIDTH);
        ByteBuffer out = Buffers.direct(new float[2 * WIDTH]);
        InputRows x = InputRows.of(Buffers.direct(new float[64]), 1);

        assertThatThrownBy(
                        () ->
                                PanelProduct.multiply(
                                        new KernelThreads(1), x, cut, Epilogue.NONE, out))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static PackedRows packed(float[] x, int count, PanelMatrix matrix) {
        float[] values = new float[PackedRows.size(count, matrix)];
        PackedRows rows = PackedRows.in(values, 0, count, matrix);
        for (int row = 0; row < count; row++) {
            int begin = row * matrix.depth();
            rows.put(row, 0, Arrays.copyOfRange(x, begin, begin + matrix.depth()), matrix.depth());
        }
        return rows;
    }
}
