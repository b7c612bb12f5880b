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

    /**
     * Nanoseconds of a run.
     *
     * @param fixed of any
     * @param each more for each unit but the last
     * @param last a run of the last unit alone
     */
    record UnitTimes(long fixed, long each, long last) {
        /** Of {@code units}, the last not among them. */
        long alike(int units) {
            return fixed + units * each;
        }

        /** Of {@code units}, the last among them. */
        long upToLast(int units) {
            return (units - 1) * each + last;
        }
    }

    /** All units in one stage. */
    static VisionStages whole(int units) {
        return new VisionStages(List.of(0, units));
    }

    /**
     * As few stages as keep within {@code limit}, of about as many units each; a unit that is too long is a stage alone.
     *
     * @param units of which the last is another kind than the rest
     */
    static VisionStages within(long limit, int units, UnitTimes times) {
        int alike = units - 1;
        long fitting = (limit - times.fixed()) / Math.max(1, times.each());
        int longest = (int) Math.max(1, Math.min(alike, fitting));
        int count = (alike + longest - 1) / longest;
        List<Integer> bounds = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            bounds.add((int) ((long) alike * i / count));
        }
        boolean joins = !bounds.isEmpty() && times.upToLast(units - bounds.get(count - 1)) <= limit;
        if (!joins) {
            bounds.add(alike);
        }
        bounds.add(units);
        return new VisionStages(bounds);
    }

    /** How long each stage takes. */
    List<Duration> times(UnitTimes unitTimes) {
        List<Duration> times = new ArrayList<>();
        for (int stage = 0; stage < count(); stage++) {
            int units = end(stage) - begin(stage);
            boolean ends = stage == count() - 1;
            times.add(Duration.ofNanos(ends ? unitTimes.upToLast(units) : unitTimes.alike(units)));
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
