package io.lavastream.standalone.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A moment as it is typed: {@code 2026-01-31T12:00:00Z}, or back from now as {@code 90s}, {@code 15m}, {@code 2h}, {@code 7d}. */
interface PointInTime {
    Instant seenFrom(Instant now);

    /** Reads it. */
    final class Converter implements ITypeConverter<PointInTime> {
        private static final Pattern BACK = Pattern.compile("(\\d{1,9})([smhd])");

        @Override
        public PointInTime convert(String text) {
            Matcher back = BACK.matcher(text);
            if (back.matches()) {
                Duration duration = duration(Long.parseLong(back.group(1)), back.group(2));
                return now -> now.minus(duration);
            }
            try {
                Instant moment = Instant.parse(text);
                return now -> moment;
            } catch (DateTimeParseException e) {
                throw new TypeConversionException(
                        "'%s' (expected: a number and s, m, h or d, or a moment such as 2026-01-31T12:00:00Z)"
                                .formatted(text));
            }
        }

        private static Duration duration(long number, String unit) {
            return switch (unit) {
                case "s" -> Duration.ofSeconds(number);
                case "m" -> Duration.ofMinutes(number);
                case "h" -> Duration.ofHours(number);
                default -> Duration.ofDays(number);
            };
        }
    }
}
