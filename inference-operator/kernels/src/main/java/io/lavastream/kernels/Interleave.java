package io.lavastream.kernels;

/**
 * Puts the values of some rows beside each other, as tiles read them: the first of each row, then the second of each. For as many rows as tiles have
 * mostly, loops have them all at once, with distances that the JIT compiler knows, so that it checks no index in them.
 */
final class Interleave {
    private static final int WIDTH = PanelTile.WIDTH;

    private Interleave() {}

    /**
     * Writes {@code count} values of each of some rows, times {@code factor}.
     *
     * @param source a row's values from {@code from} on, the next one's {@code stride} further on
     * @param target a row's values from {@code to} on, {@code step} from one to the next; the next row's one further on
     */
    static void put(
            int rows,
            int count,
            float factor,
            float[] source,
            int from,
            int stride,
            float[] target,
            int to,
            int step) {
        if (rows == 8 && step == 8) {
            eight(count, factor, source, from, stride, target, to);
        } else if (rows == 8 && step == WIDTH) {
            eightOfPanel(count, factor, source, from, stride, target, to);
        } else if (rows == 4 && step == 4) {
            four(count, factor, source, from, stride, target, to);
        } else {
            for (int row = 0; row < rows; row++) {
                one(count, factor, source, from + row * stride, target, to + row, step);
            }
        }
    }

    private static void eight(
            int count, float factor, float[] source, int from, int stride, float[] target, int to) {
        for (int i = 0; i < count; i++) {
            int at = to + i * 8;
            target[at] = source[from + i] * factor;
            target[at + 1] = source[from + stride + i] * factor;
            target[at + 2] = source[from + 2 * stride + i] * factor;
            target[at + 3] = source[from + 3 * stride + i] * factor;
            target[at + 4] = source[from + 4 * stride + i] * factor;
            target[at + 5] = source[from + 5 * stride + i] * factor;
            target[at + 6] = source[from + 6 * stride + i] * factor;
            target[at + 7] = source[from + 7 * stride + i] * factor;
        }
    }

    private static void eightOfPanel(
            int count, float factor, float[] source, int from, int stride, float[] target, int to) {
        for (int i = 0; i < count; i++) {
            int at = to + i * WIDTH;
            target[at] = source[from + i] * factor;
            target[at + 1] = source[from + stride + i] * factor;
            target[at + 2] = source[from + 2 * stride + i] * factor;
            target[at + 3] = source[from + 3 * stride + i] * factor;
            target[at + 4] = source[from + 4 * stride + i] * factor;
            target[at + 5] = source[from + 5 * stride + i] * factor;
            target[at + 6] = source[from + 6 * stride + i] * factor;
            target[at + 7] = source[from + 7 * stride + i] * factor;
        }
    }

    private static void four(
            int count, float factor, float[] source, int from, int stride, float[] target, int to) {
        for (int i = 0; i < count; i++) {
            int at = to + i * 4;
            target[at] = source[from + i] * factor;
            target[at + 1] = source[from + stride + i] * factor;
            target[at + 2] = source[from + 2 * stride + i] * factor;
            target[at + 3] = source[from + 3 * stride + i] * factor;
        }
    }

    private static void one(
            int count, float factor, float[] source, int from, float[] target, int to, int step) {
        for (int i = 0; i < count; i++) {
            target[to + i * step] = source[from + i] * factor;
        }
    }
}
