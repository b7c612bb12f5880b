package io.lavastream.serialization;

import static java.util.Objects.requireNonNull;

import io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClientFactory;
import io.confluent.kafka.serializers.KafkaAvroDeserializerConfig;
import io.confluent.kafka.serializers.KafkaAvroSerializerConfig;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How to reach a Confluent-compatible schema registry. Serializable, because Flink ships it to its tasks.
 *
 * @param url base address, or several separated by commas; {@code mock://name} is an in-process registry for tests
 * @param client further settings of Confluent's client, such as {@code basic.auth.user.info}; they may be secrets
 */
public record RegistrySettings(String url, Map<String, String> client) implements Serializable {
    /** Schemas that a process keeps: ours are a dozen, clients bring their versions of them. */
    private static final int CACHED_SCHEMAS = 1_000;

    public RegistrySettings {
        requireNonNull(url, "schema-registry-url");
        client = Map.copyOf(client);
    }

    public static RegistrySettings of(String url) {
        return new RegistrySettings(url, Map.of());
    }

    /** A client of its own; the caller closes it. */
    public SchemaRegistryClient newClient() {
        return SchemaRegistryClientFactory.newClient(
                List.of(url.split(",")),
                CACHED_SCHEMAS,
                List.of(new AvroSchemaProvider()),
                client,
                Map.of());
    }

    /**
     * Settings of Confluent's serializers. Schemas are registered when the service starts, never by a serializer: a
     * producer that writes an unregistered schema is a mistake that must show.
     */
    public Map<String, Object> serdeConfig() {
        Map<String, Object> config = new HashMap<>(client);
        config.put(KafkaAvroSerializerConfig.SCHEMA_REGISTRY_URL_CONFIG, url);
        config.put(KafkaAvroSerializerConfig.AUTO_REGISTER_SCHEMAS, false);
        // Foreign clients see plain Avro: register() strips the same properties.
        config.put(KafkaAvroSerializerConfig.AVRO_REMOVE_JAVA_PROPS_CONFIG, true);
        config.put(KafkaAvroSerializerConfig.AVRO_USE_LOGICAL_TYPE_CONVERTERS_CONFIG, true);
        config.put(KafkaAvroDeserializerConfig.SPECIFIC_AVRO_READER_CONFIG, true);
        return config;
    }

    /** Without the client's settings, which may hold secrets. */
    @Override
    public String toString() {
        return url;
    }
}
