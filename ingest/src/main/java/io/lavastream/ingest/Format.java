package io.lavastream.ingest;

import io.lavastream.serialization.AvroDecoder;
import io.lavastream.serialization.BinarySerde;
import io.lavastream.serialization.Decoded;
import io.lavastream.serialization.Decoded.Undecodable;
import io.lavastream.serialization.Decoded.Value;
import io.lavastream.serialization.RegistrySettings;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * How the values of a topic are read. One thread uses it, and closes it.
 *
 * @param <T> the record
 */
interface Format<T> extends AutoCloseable {
    Decoded<T> decode(String topic, byte[] bytes);

    @Override
    default void close() {}

    /** Confluent's wire format: topics that others read and write. */
    static <T extends SpecificRecord> Format<T> registered(
            Class<T> type, RegistrySettings registry) {
        AvroDecoder<T> decoder = new AvroDecoder<>(type, registry);
        return new Format<>() {
            @Override
            public Decoded<T> decode(String topic, byte[] bytes) {
                return decoder.decode(topic, bytes);
            }

            @Override
            public void close() {
                decoder.close();
            }
        };
    }

    /** Avro's single-object encoding: ingest's own topics. */
    static <T extends SpecificRecord> Format<T> internal(Class<T> type) {
        Deserializer<T> deserializer = BinarySerde.of(type).deserializer();
        return (topic, bytes) -> {
            if (bytes == null) {
                return new Undecodable<>("no value (expected: %s)".formatted(type.getName()));
            }
            try {
                return new Value<>(deserializer.deserialize(topic, bytes));
            } catch (SerializationException e) {
                return new Undecodable<>(
                        "%s (expected: %s)".formatted(e.getMessage(), type.getName()));
            }
        };
    }
}
