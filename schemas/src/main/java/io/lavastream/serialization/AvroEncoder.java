package io.lavastream.serialization;

import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import java.io.IOException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Writes records in Confluent's wire format: a zero byte, the schema id, Avro binary. Not thread-safe.
 *
 * @param <T> the record
 */
public final class AvroEncoder<T extends SpecificRecord> implements Serializer<T> {
    static {
        AvroSafety.install();
    }

    private final KafkaAvroSerializer serializer = new KafkaAvroSerializer();
    private final RegistryRetry retry;

    public AvroEncoder(RegistrySettings registry) {
        this(registry, RegistryRetry.standard());
    }

    AvroEncoder(RegistrySettings registry, RegistryRetry retry) {
        serializer.configure(registry.serdeConfig(), false);
        this.retry = retry;
    }

    /**
     * Waits for a registry that cannot be reached.
     *
     * @throws RegistryUnavailableException when it stays away
     */
    @Override
    public byte[] serialize(String topic, T value) {
        return retry.call(
                () -> {
                    try {
                        return serializer.serialize(topic, value);
                    } catch (SerializationException e) {
                        if (e.getCause() instanceof RestClientException answer
                                ? !RegistryRetry.isAnswer(answer)
                                : e.getCause() instanceof IOException) {
                            throw new RegistryUnavailableException(reason(e.getCause()), e);
                        }
                        throw e;
                    }
                });
    }

    private static String reason(Throwable cause) {
        return cause instanceof RestClientException answer
                ? RegistryAnswer.describe(answer)
                : String.valueOf(cause.getMessage());
    }

    @Override
    public void close() {
        serializer.close();
    }
}
