package io.lavastream.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against attention by its definition in double. */
class FullAttentionTest {
    private final Random random = new Random(3);
    private final KernelThreads threads = new KernelThreads(2);

    @ParameterizedTest
    @CsvSource({
        "1,1,32",
        "33,2,64",
        "64,3,32",
        "145,1,96",
        "257,2,64",
        "70,2,80",
        "9,3,16",
        "41,16,64",
        "261,2,80",
        "35,12,80",
        "19,2,512"
    })
    void everyRowAttendsToAll(int rows, int heads, int size) {
        attend(threads, rows, heads, size);
    }

    @Test
    void halfAPanelEndsWithItsChunk() {
        int size = PanelTile.WIDTH / 2;

        attend(threads, 9, PackedRows.CHUNK / size, size);
    }

    @Test
    void whatWasThereBeforeIsOfNoMatter() {
        KernelThreads one = new KernelThreads(1);
        int heads = 2;
        int size = 3 * PanelTile.WIDTH / 2;
        int many = PanelTile.WIDTH + 9;
        float[] spoilt = new float[many * 3 * heads * size];
        Arrays.fill(spoilt, Float.NaN);
        found(one, spoilt, many, heads, size);

        attend(one, 3, heads, size);
    }

    private void attend(KernelThreads threads, int rows, int heads, int size) {
        float[] projected = Buffers.floats(random, rows * 3 * heads * size);

        float[] found = found(threads, projected, rows, heads, size);

        for (int row = 0; row < rows; row++) {
            for (int head = 0; head < heads; head++) {
                double[] expected = expected(projected, rows, heads, size, row, head);
                for (int i = 0; i < size; i++) {
                    assertThat((double) found[(row * heads + head) * size + i])
                            .isCloseTo(expected[i], within(1e-6));
                }
            }
        }
    }

    @Test
    void takesHeadsOfWholeVectorsOfWhichAChunkHasTwo() {
        assertThat(FullAttention.takes(PanelTile.WIDTH / 2)).isTrue();
        assertThat(FullAttention.takes(PanelTile.WIDTH / 4)).isFalse();
        assertThat(FullAttention.takes(PackedRows.CHUNK / 2)).isTrue();
        assertThat(FullAttention.takes(PackedRows.CHUNK / 2 + PanelTile.WIDTH)).isFalse();
    }

    /** [rows, heads, size] of [rows, 3, heads, size]; as products put it and take it, in an array that is used again. */
    static float[] found(KernelThreads threads, float[] projected, int rows, int heads, int size) {
        int width = heads * size;
        float[] scratch = ScratchArray.ofCaller(FullAttention.size(rows, heads, size));
        PackedRows packed = FullAttention.rows(scratch, 0, rows, heads, size);
        packed.pack(threads, InputRows.of(Buffers.direct(projected), rows));
        float[] values = new float[PackedRows.size(rows, width, PackedRows.CHUNK)];
        PackedRows out = new PackedRows(values, 0, rows, width, PackedRows.CHUNK, 1);
        FullAttention.attend(threads, packed, heads, size, out);
        float[] found = new float[rows * width];
        for (int i = 0; i < found.length; i++) {
            found[i] = values[out.place(i / width, i % width)];
        }
        return found;
    }

    private static double[] expected(
            float[] projected, int rows, int heads, int size, int row, int head) {
        double[] shares = new double[rows];
        double sum = 0;
        for (int other = 0; other < rows; other++) {
            double score = 0;
            for (int i = 0; i < size; i++) {
                score +=
                        (double) projected[(row * 3 * heads + head) * size + i]
                                * projected[(other * 3 * heads + heads + head) * size + i];
            }
            shares[other] = Math.exp(score / Math.sqrt(size));
            sum += shares[other];
        }
        double[] found = new double[size];
        for (int other = 0; other < rows; other++) {
            for (int i = 0; i < size; i++) {
                found[i] +=
                        shares[other]
                                / sum
                                * projected[(other * 3 * heads + 2 * heads + head) * size + i];
            }
        }
        return found;
    }
}
