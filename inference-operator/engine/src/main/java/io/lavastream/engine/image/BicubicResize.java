package io.lavastream.engine.image;

import java.util.Arrays;

/**
 * Pillow's bicubic resize, to the bit: separable, with antialias, horizontal pass first, rounded to 8 bits
 * between the passes ({@code Resample.c}). Only the wanted part of the result, and of what lies between
 * the passes, is computed; memory between the passes is 3 x width of that part x rows of the source at most.
 */
final class BicubicResize {
    private BicubicResize() {}

    /**
     * The centre square of side {@code size} of {@code source} resized to {@code width} x {@code height},
     * neither of which is smaller than {@code size}.
     *
     * @return [size, size, 3]
     */
    static byte[] centre(Canvas source, int width, int height, int size) {
        int left = (width - size) / 2;
        int top = (height - size) / 2;
        return window(source, width, height, left, top, size, size);
    }

    /**
     * The part of {@code source} resized to {@code width} x {@code height} that begins at {@code left},
     * {@code top}.
     *
     * @return [partHeight, partWidth, 3]
     */
    static byte[] window(
            Canvas source,
            int width,
            int height,
            int left,
            int top,
            int partWidth,
            int partHeight) {
        ResampleFilter across = new ResampleFilter(source.width(), width, left, left + partWidth);
        ResampleFilter down = new ResampleFilter(source.height(), height, top, top + partHeight);
        int firstRow = down.first[0];
        byte[][] rows = horizontal(source, across, firstRow, down.end(partHeight - 1));
        return vertical(rows, firstRow, down, 3 * partWidth);
    }

    /** Rows {@code from} up to {@code to} of the source, each resized. */
    private static byte[][] horizontal(Canvas source, ResampleFilter filter, int from, int to) {
        byte[] pixels = source.ground();
        byte[] emptyRow = new byte[3 * filter.outputs()];
        resizeRow(pixels, filter, 0, filter.outputs(), emptyRow);

        // Outputs that see nothing but the ground are those of the empty row.
        int begin = 0;
        while (begin < filter.outputs() && filter.end(begin) <= source.left()) {
            begin++;
        }
        int end = filter.outputs();
        while (end > begin && filter.first[end - 1] >= source.left() + source.image().width()) {
            end--;
        }

        byte[][] rows = new byte[to - from][];
        for (int row = from; row < to; row++) {
            if (source.holdsImage(row)) {
                source.draw(row, pixels);
                byte[] resized = emptyRow.clone();
                resizeRow(pixels, filter, begin, end, resized);
                rows[row - from] = resized;
            } else {
                rows[row - from] = emptyRow;
            }
        }
        return rows;
    }

    private static void resizeRow(
            byte[] pixels, ResampleFilter filter, int begin, int end, byte[] resized) {
        for (int x = begin; x < end; x++) {
            int[] weights = filter.weights[x];
            int from = 3 * filter.first[x];
            int red = ResampleFilter.HALF;
            int green = ResampleFilter.HALF;
            int blue = ResampleFilter.HALF;
            for (int weight : weights) {
                red += weight * (pixels[from] & 0xFF);
                green += weight * (pixels[from + 1] & 0xFF);
                blue += weight * (pixels[from + 2] & 0xFF);
                from += 3;
            }
            resized[3 * x] = ResampleFilter.round(red);
            resized[3 * x + 1] = ResampleFilter.round(green);
            resized[3 * x + 2] = ResampleFilter.round(blue);
        }
    }

    private static byte[] vertical(byte[][] rows, int firstRow, ResampleFilter filter, int length) {
        byte[] result = new byte[filter.outputs() * length];
        int[] sums = new int[length];
        for (int y = 0; y < filter.outputs(); y++) {
            Arrays.fill(sums, ResampleFilter.HALF);
            for (int i = 0; i < filter.weights[y].length; i++) {
                int weight = filter.weights[y][i];
                byte[] row = rows[filter.first[y] - firstRow + i];
                for (int x = 0; x < length; x++) {
                    sums[x] += weight * (row[x] & 0xFF);
                }
            }
            for (int x = 0; x < length; x++) {
                result[y * length + x] = ResampleFilter.round(sums[x]);
            }
        }
        return result;
    }
}
