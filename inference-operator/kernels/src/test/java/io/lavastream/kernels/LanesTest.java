package io.lavastream.kernels;

import static io.lavastream.kernels.PackedRows.DISTANCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LanesTest {
    private static final int WIDTH = PanelTile.WIDTH;
    private static final float UNTOUCHED = -1;
    private static final int COUNT = 37;
    private static final int FROM = 5;
    private static final int LANE = 3;

    private final float[] rows = new float[FROM + Lanes.ROWS * DISTANCE];
    private final float[] panel = new float[COUNT * WIDTH];

    @Test
    void eachRowTakesALane() {
        fill();

        Lanes.takeRows(rows, FROM, COUNT, 2, panel, LANE);

        assertThat(panel).containsExactly(expected(Lanes.ROWS));
    }

    @Test
    void oneRowTakesOne() {
        fill();

        Lanes.takeRow(rows, FROM, COUNT, 2, panel, LANE);

        assertThat(panel).containsExactly(expected(1));
    }

    private void fill() {
        for (int i = 0; i < rows.length; i++) {
            rows[i] = i;
        }
        Arrays.fill(panel, UNTOUCHED);
    }

    private static float[] expected(int rows) {
        float[] expected = new float[COUNT * WIDTH];
        Arrays.fill(expected, UNTOUCHED);
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < COUNT; i++) {
                expected[i * WIDTH + LANE + row] = 2 * (FROM + row * DISTANCE + i);
            }
        }
        return expected;
    }
}
