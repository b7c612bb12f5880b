package io.lavastream.engine.image;

/**
 * Bicubic weights of one axis, in Pillow's fixed point ({@code Resample.c: precompute_coeffs} and {@code
 * normalize_coeffs_8bpc}): Keys' kernel with a = -0.5, widened by the factor of a reduction so that nothing is
 * skipped.
 */
final class ResampleFilter {
    private static final double A = -0.5;
    private static final int FRACTION_BITS = 22;

    /** For each output, its first input. */
    final int[] first;

    /** For each output, the weights of its inputs, of 22 fraction bits. */
    final int[][] weights;

    /** For outputs {@code from} up to {@code to} of {@code outputs} made from {@code inputs}. */
    ResampleFilter(int inputs, int outputs, int from, int to) {
        first = new int[to - from];
        weights = new int[to - from][];
        double scale = (double) inputs / outputs;
        double filterScale = Math.max(scale, 1);
        double support = 2 * filterScale;
        for (int i = 0; i < weights.length; i++) {
            double centre = (from + i + 0.5) * scale;
            int begin = Math.max((int) (centre - support + 0.5), 0);
            int end = Math.min((int) (centre + support + 0.5), inputs);
            first[i] = begin;
            weights[i] = weights(begin, end, centre, filterScale);
        }
    }

    int outputs() {
        return weights.length;
    }

    int end(int output) {
        return first[output] + weights[output].length;
    }

    private static int[] weights(int begin, int end, double centre, double filterScale) {
        double[] exact = new double[end - begin];
        double sum = 0;
        for (int i = 0; i < exact.length; i++) {
            exact[i] = kernel((i + begin - centre + 0.5) * (1 / filterScale));
            sum += exact[i];
        }
        int[] rounded = new int[exact.length];
        for (int i = 0; i < exact.length; i++) {
            double weight = (sum == 0 ? exact[i] : exact[i] / sum) * (1 << FRACTION_BITS);
            rounded[i] = (int) (weight < 0 ? weight - 0.5 : weight + 0.5);
        }
        return rounded;
    }

    private static double kernel(double distance) {
        double x = Math.abs(distance);
        if (x < 1) {
            return ((A + 2) * x - (A + 3)) * x * x + 1;
        }
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
    }

    /** A sum of weighted inputs, begun at {@link #HALF}, as the byte it rounds to. */
    static byte round(int sum) {
        return (byte) Math.max(0, Math.min(255, sum >> FRACTION_BITS));
    }

    static final int HALF = 1 << (FRACTION_BITS - 1);
}
