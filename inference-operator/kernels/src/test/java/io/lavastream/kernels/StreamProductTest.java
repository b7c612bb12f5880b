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

/** Products of one row by machine code, on machines that have it, beside the JVM's own loops. */
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

    @ParameterizedTest
    @CsvSource({
        "FLOAT16,1,1,1,NONE",
        "FLOAT16,2,2,2,NONE",
        "FLOAT16,64,3,1,NONE",
        "FLOAT16,1024,4,1,NONE",
        "FLOAT16,1025,5,1,NONE",
        "FLOAT16,2816,11,1,NONE",
        "FLOAT16,65,40,2,NONE",
        "FLOAT16,33,250,3,NONE",
        "FLOAT16,64,2,1,SWI_GLU",
        "FLOAT16,1030,10,1,SWI_GLU",
        "FLOAT16,96,46,2,SWI_GLU",
        "FLOAT16,64,9,2,QUICK_GELU",
        "FLOAT32,1,1,1,NONE",
        "FLOAT32,1100,13,2,NONE",
        "FLOAT32,63,8,1,SWI_GLU"
    })
    void hasTheBitsOfTheLoops(
            PanelFormat format,
            int depth,
            int panels,
            int threads,
            Epilogue.Activation activation) {
        PanelMatrix matrix = Matrices.random(random, format, depth, panels * WIDTH);
        Epilogue epilogue = new Epilogue(Optional.empty(), activation, Optional.empty());
        float[] x = Buffers.floats(random, depth);
        float[] expected = new float[matrix.columns() / activation.parts()];
        ByteBuffer looped = Buffers.direct(expected);
        KernelThreads helpers = new KernelThreads(threads);
        PackedRows row = packed(x, matrix);
        PanelProduct.multiply(
                helpers,
                row,
                ProductTiling.of(1, matrix),
                matrix,
                ProductOutput.of(matrix, epilogue, looped));
        ByteBuffer out = Buffers.direct(new float[expected.length]);

        assertThat(PanelProduct.byStreams(1, format)).isTrue();
        PanelProduct.multiply(helpers, InputRows.of(Buffers.direct(x), 1), matrix, epilogue, out);

        assertThat(Buffers.floats(out)).isEqualTo(Buffers.floats(looped)).doesNotContain(0f);
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

    private static PackedRows packed(float[] x, PanelMatrix matrix) {
        PackedRows rows = PackedRows.in(new float[PackedRows.size(1, matrix)], 0, 1, matrix);
        rows.put(0, 0, Arrays.copyOf(x, x.length), x.length);
        return rows;
    }
}
