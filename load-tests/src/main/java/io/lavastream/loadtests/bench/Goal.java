package io.lavastream.loadtests.bench;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A bound for one part of a figure.
 *
 * @param part what is bounded
 * @param direction on which side of the bound it shall be
 */
public record Goal(Part part, Direction direction, double bound) {
    /** The numbers of a figure. */
    public enum Part {
        VALUE,
        FLOOR_RATIO,
        PEER_RATIO
    }

    /** The side of the bound that is good; the bound itself is. */
    public enum Direction {
        AT_MOST("<="),
        AT_LEAST(">=");

        private final String sign;

        Direction(String sign) {
            this.sign = sign;
        }
    }

    public static Goal atMost(Part part, double bound) {
        return new Goal(part, Direction.AT_MOST, bound);
    }

    public static Goal atLeast(Part part, double bound) {
        return new Goal(part, Direction.AT_LEAST, bound);
    }

    /** Empty where {@code figure} lacks the part. */
    Optional<Boolean> metBy(Figure figure) {
        OptionalDouble found =
                switch (part) {
                    case VALUE -> OptionalDouble.of(figure.value());
                    case FLOOR_RATIO -> figure.floorRatio();
                    case PEER_RATIO -> figure.peerRatio();
                };
        return found.isEmpty() ? Optional.empty() : Optional.of(holds(found.getAsDouble()));
    }

    /** Such as {@code floor_ratio <= 1.15}. */
    String describe() {
        return "%s %s %s"
                .formatted(
                        part.name().toLowerCase(Locale.ROOT),
                        direction.sign,
                        FigureTable.plain(bound));
    }

    private boolean holds(double found) {
        return direction == Direction.AT_MOST ? found <= bound : found >= bound;
    }
}
