package io.lavastream.loadtests.bench;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * One measured number. Immutable.
 *
 * @param name what was measured, such as {@code decode}
 * @param value in {@code unit}s
 * @param sequences that ran together, where that is what distinguishes figures of one name
 * @param floorRatio time over the time that the machine's floor allows: 1 is the floor
 * @param peerRatio our speed over the peer's in the same run: above 1 is faster
 * @param goal what it shall be
 */
public record Figure(
        String name,
        double value,
        String unit,
        OptionalInt sequences,
        OptionalDouble floorRatio,
        OptionalDouble peerRatio,
        Optional<Goal> goal) {

    public Figure {
        requireNonNull(name, "name");
        requireNonNull(unit, "unit");
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(
                    "%s: %s %s (expected: a finite number)".formatted(name, value, unit));
        }
    }

    /** A number that stands for itself. */
    public static Figure of(String name, double value, String unit) {
        return new Figure(
                name,
                value,
                unit,
                OptionalInt.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                Optional.empty());
    }

    /** Tells the figures of a benchmark apart, such as {@code decode@8}. */
    String key() {
        return sequences.isPresent() ? name + "@" + sequences.getAsInt() : name;
    }

    Figure withSequences(int count) {
        return new Figure(name, value, unit, OptionalInt.of(count), floorRatio, peerRatio, goal);
    }

    Figure withFloorRatio(OptionalDouble ratio) {
        return new Figure(name, value, unit, sequences, ratio, peerRatio, goal);
    }

    Figure withPeerRatio(OptionalDouble ratio) {
        return new Figure(name, value, unit, sequences, floorRatio, ratio, goal);
    }

    public Figure withGoal(Optional<Goal> aim) {
        return new Figure(name, value, unit, sequences, floorRatio, peerRatio, aim);
    }

    /** Whether the goal is met; empty without a goal, or where what it is about was not measured. */
    Optional<Boolean> met() {
        return goal.flatMap(aim -> aim.metBy(this));
    }
}
