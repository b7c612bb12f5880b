package io.lavastream.serialization;

import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.lavastream.serialization.Decoded.Undecodable;
import io.lavastream.serialization.Decoded.Value;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Reads records in Confluent's wire format, written with any compatible version of the schema. Not thread-safe.
 *
 * @param <T> the record
 */
public final class AvroDecoder<T extends SpecificRecord> implements AutoCloseable {
    static {
        AvroSafety.install();
    }

    private static final int LONGEST_REASON = 500;

    private final Class<T> type;
    private final KafkaAvroDeserializer deserializer = new KafkaAvroDeserializer();
    private final RegistryRetry retry;

    public AvroDecoder(Class<T> type, RegistrySettings registry) {
        this(type, registry, RegistryRetry.standard());
    }

    AvroDecoder(Class<T> type, RegistrySettings registry, RegistryRetry retry) {
        this.type = type;
        this.retry = retry;
        deserializer.configure(registry.serdeConfig(), false);
    }

    /**
     * Decodes one value. Waits for a registry that cannot be reached.
     *
     * @throws RegistryUnavailableException when it stays away
     */
    public Decoded<T> decode(String topic, byte[] bytes) {
        if (bytes == null) {
            return new Undecodable<>("no value (expected: %s)".formatted(type.getName()));
        }
        try {
            Object value = retry.call(() -> deserializer.deserialize(topic, bytes));
            if (type.isInstance(value)) {
                return new Value<>(type.cast(value));
            }
            String found = value == null ? "nothing" : value.getClass().getName();
            return new Undecodable<>("%s (expected: %s)".formatted(found, type.getName()));
        } catch (RegistryUnavailableException e) {
            throw e;
        } catch (SerializationException
                | AvroRuntimeException
                | ClassCastException
                | IndexOutOfBoundsException
                | NegativeArraySizeException
                | IllegalArgumentException
                | SecurityException e) {
            return new Undecodable<>(reason(e));
        }
    }

    @Override
    public void close() {
        deserializer.close();
    }

    private static String reason(RuntimeException failure) {
        StringBuilder reason = new StringBuilder(String.valueOf(failure.getMessage()));
        if (failure.getCause() != null) {
            reason.append(": ").append(failure.getCause().getMessage());
        }
        return reason.length() <= LONGEST_REASON
                ? reason.toString()
                : reason.substring(0, LONGEST_REASON);
    }
}
