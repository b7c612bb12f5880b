package io.lavastream.standalone.cli;

import io.lavastream.ingest.IngestConfig.Delivery;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A delivery as it is typed. */
public final class DeliveryName implements ITypeConverter<Delivery> {
    /** As it is typed. */
    public static String of(Delivery delivery) {
        return delivery.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public Delivery convert(String name) {
        return switch (name) {
            case "exactly-once" -> Delivery.EXACTLY_ONCE;
            case "at-least-once" -> Delivery.AT_LEAST_ONCE;
            default ->
                    throw new TypeConversionException(
                            "'%s' (expected: exactly-once or at-least-once)".formatted(name));
        };
    }
}
