package io.lavastream.loadtests.bench;

import java.util.ArrayList;
import java.util.List;

/** Measurements of one thing, in any unit, in the order of their making. Not thread-safe. */
public final class Samples {
    private final List<Double> values = new ArrayList<>();

    public void add(double value) {
        values.add(value);
    }

    void addAll(Samples other) {
        values.addAll(other.values);
    }

    public int size() {
        return values.size();
    }

    double median() {
        return percentile(50);
    }

    double min() {
        return percentile(0);
    }

    double max() {
        return percentile(100);
    }

    /**
     * The value that {@code percent} of the samples do not exceed, interpolated between the two
     * nearest.
     *
     * @throws IllegalStateException without samples
     */
    public double percentile(double percent) {
        if (percent < 0 || percent > 100) {
            throw new IllegalArgumentException(
                    "percent: %s (expected: 0 to 100)".formatted(percent));
        }
        if (values.isEmpty()) {
            throw new IllegalStateException("samples: none (expected: at least one)");
        }
        List<Double> sorted = values.stream().sorted().toList();
        double rank = percent / 100 * (sorted.size() - 1);
        int below = (int) rank;
        int above = Math.min(below + 1, sorted.size() - 1);
        return sorted.get(below) + (rank - below) * (sorted.get(above) - sorted.get(below));
    }
}
