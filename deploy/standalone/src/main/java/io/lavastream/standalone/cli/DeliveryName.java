package io.lavastream.standalone.cli;

import io.lavastream.ingest.IngestConfig.Delivery;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a delivery as it is typed. */
final class DeliveryName implements ITypeConverter<Delivery> {
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
