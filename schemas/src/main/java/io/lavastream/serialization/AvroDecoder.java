package io.lavastream.serialization;

import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.lavastream.serialization.Decoded.Undecodable;
import io.lavastream.serialization.Decoded.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/**
 * Reads records in Confluent's wire format, written with any compatible version of the schema. Not thread-safe.
 *
 * @param <T> the record
 */
public final class AvroDecoder<T extends SpecificRecord> implements AutoCloseable {
    static {
        AvroSafety.install();
    }

    /** A zero byte and the schema's id. */
    private static final int HEADER_BYTES = 5;

    private static final int LONGEST_REASON = 500;

    private final Class<T> type;
    private final SchemaRegistryClient registry;
    private final KafkaAvroDeserializer deserializer;
    private final RegistryRetry retry;

    public AvroDecoder(Class<T> type, RegistrySettings settings) {
        this(type, settings, RegistryRetry.standard());
    }

    AvroDecoder(Class<T> type, RegistrySettings settings, RegistryRetry retry) {
        this.type = type;
        this.registry = settings.newClient();
        this.deserializer = new KafkaAvroDeserializer(registry);
        this.retry = retry;
        deserializer.configure(settings.serdeConfig(), false);
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
        if (bytes.length < HEADER_BYTES || bytes[0] != 0) {
            return new Undecodable<>(
                    "%d bytes without a schema id (expected: a zero byte, four bytes of id, Avro binary)"
                            .formatted(bytes.length));
        }
        Optional<String> refused =
                fetchSchema(topic, ByteBuffer.wrap(bytes, 1, Integer.BYTES).getInt());
        return refused.<Decoded<T>>map(Undecodable::new).orElseGet(() -> read(topic, bytes));
    }

    /** Brings the writer's schema into the client's cache, or returns why there is none. */
    private Optional<String> fetchSchema(String topic, int id) {
        return retry.call(
                () -> {
                    try {
                        registry.getSchemaBySubjectAndId(topic + "-value", id);
                        return Optional.empty();
                    } catch (RestClientException e) {
                        if (RegistryRetry.isAnswer(e)) {
                            return Optional.of("schema id %d: %s".formatted(id, e.getMessage()));
                        }
                        throw new RegistryUnavailableException(RegistryAnswer.describe(e), e);
                    } catch (IOException e) {
                        throw new RegistryUnavailableException(String.valueOf(e.getMessage()), e);
                    }
                });
    }

    /** The schema is at hand and nothing is asked any more: whatever goes wrong now lies in the bytes. */
    private Decoded<T> read(String topic, byte[] bytes) {
        try {
            Object value = deserializer.deserialize(topic, bytes);
            if (type.isInstance(value)) {
                return new Value<>(type.cast(value));
            }
            String found = value == null ? "nothing" : value.getClass().getName();
            return new Undecodable<>("%s (expected: %s)".formatted(found, type.getName()));
        } catch (RuntimeException e) {
            return new Undecodable<>(reason(e));
        } catch (StackOverflowError e) {
            // A field of a later version is skipped as deep as its writer nested it.
            return new Undecodable<>("nested too deeply to be read");
        }
    }

    @Override
    public void close() {
        deserializer.close();
        try {
            registry.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
