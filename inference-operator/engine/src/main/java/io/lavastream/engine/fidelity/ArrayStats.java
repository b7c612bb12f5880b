package io.lavastream.engine.fidelity;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Sums over a whole array, which tell a row or column out of place.
 *
 * @param values how many were summed
 * @param weighted each value times {@code cos(0.01*row)*cos(0.1*column)}
 */
record ArrayStats(int values, double sum, double absolute, double weighted) {
    private static final String WEIGHTS = "cos(0.01*row)*cos(0.1*column), float64";

    static ArrayStats of(float[] array, int width) {
        double sum = 0;
        double absolute = 0;
        double weighted = 0;
        for (int i = 0; i < array.length; i++) {
            sum += array[i];
            absolute += Math.abs(array[i]);
            int row = i / width;
            int column = i % width;
            weighted += array[i] * Math.cos(0.01 * row) * Math.cos(0.1 * column);
        }
        return new ArrayStats(array.length, sum, absolute, weighted);
    }

    /**
     * Compares the statistics of {@code array} with those in {@code expected}. Differences of sums are
     * divided by the root of the number of values, so that they are of a single value's size.
     */
    static void compare(Comparison comparison, String quantity, float[] array, JsonNode expected) {
        int width = Rows.integer(expected, "width");
        comparison.equal(quantity + " size", array.length, Rows.integer(expected, "rows") * width);
        ArrayStats found = of(array, width);
        double scale = Math.sqrt(found.values());
        compare(comparison, quantity, found.sum(), expected, "sum", scale);
        compare(comparison, quantity, found.absolute(), expected, "abs_sum", scale);
        if (Rows.text(expected, "weights").equals(WEIGHTS)) {
            compare(comparison, quantity, found.weighted(), expected, "weighted_sum", scale);
        }
    }

    private static void compare(
            Comparison comparison,
            String quantity,
            double found,
            JsonNode expected,
            String field,
            double scale) {
        comparison.close(
                quantity + " sums",
                found / scale,
                Rows.require(expected, field).asDouble() / scale,
                Tolerances.SUMS);
    }
}
