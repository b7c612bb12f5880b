package io.lavastream.engine.model;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Which units of a {@link VisionSignature} are run together. Immutable.
 *
 * @param bounds where each stage begins, and the end of the last
 */
record VisionStages(List<Integer> bounds) {
    VisionStages {
        requireNonNull(bounds, "bounds");
        bounds = List.copyOf(bounds);
    }

    /** All units in one stage. */
    static VisionStages whole(int units) {
        return new VisionStages(List.of(0, units));
    }

    /**
     * As few stages as keep within {@code limit}, of about as many units each; a unit that is too long is a stage alone.
     *
     * @param units of which the last is another kind than the rest
     * @param unit time of any but the last
     * @param last time of the last
     */
    static VisionStages within(long limit, int units, long unit, long last) {
        int alike = units - 1;
        int longest = (int) Math.max(1, Math.min(alike, limit / Math.max(1, unit)));
        int count = (alike + longest - 1) / longest;
        List<Integer> bounds = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            bounds.add((int) ((long) alike * i / count));
        }
        boolean joins = !bounds.isEmpty() && (alike - bounds.get(count - 1)) * unit + last <= limit;
        if (!joins) {
            bounds.add(alike);
        }
        bounds.add(units);
        return new VisionStages(bounds);
    }

    /** How long each stage takes where a unit takes {@code unit} and the last one {@code last}. */
    List<Duration> times(long unit, long last) {
        List<Duration> times = new ArrayList<>();
        for (int stage = 0; stage < count(); stage++) {
            int units = end(stage) - begin(stage);
            boolean ends = stage == count() - 1;
            times.add(Duration.ofNanos(ends ? (units - 1) * unit + last : unit * units));
        }
        return times;
    }

    int count() {
        return bounds.size() - 1;
    }

    /** The first unit of {@code stage}. */
    int begin(int stage) {
        return bounds.get(stage);
    }

    /** Behind the last unit of {@code stage}. */
    int end(int stage) {
        return bounds.get(stage + 1);
    }
}
