package io.lavastream.job;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * How to reach the brokers. Serializable, because Flink ships it to its tasks.
 *
 * @param bootstrapServers {@code host:port}, or several separated by commas
 * @param client further settings of every Kafka client, such as those for TLS and SASL; they may be secrets
 */
public record KafkaSettings(String bootstrapServers, Map<String, String> client)
        implements Serializable {
    public KafkaSettings {
        requireNonNull(bootstrapServers, "bootstrap-servers");
        if (bootstrapServers.isBlank()) {
            throw new IllegalArgumentException(
                    "bootstrap-servers: '%s' (expected: host:port)".formatted(bootstrapServers));
        }
        client = Map.copyOf(client);
    }

    public static KafkaSettings of(String bootstrapServers) {
        return new KafkaSettings(bootstrapServers, Map.of());
    }

    /** Settings that every client has in common. */
    Properties clientProperties() {
        Properties properties = new Properties();
        properties.putAll(client);
        properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        return properties;
    }

    /**
     * A consumer of bytes for reading by position: without a group, read-committed, creating no topics. The caller
     * closes it.
     */
    public Consumer<byte[], byte[]> newConsumer(String clientId, Map<String, Object> settings) {
        Map<String, Object> properties = new HashMap<>(client);
        properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        properties.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        properties.putAll(settings);
        return new KafkaConsumer<>(
                properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Without the client's settings, which may hold secrets. */
    @Override
    public String toString() {
        return bootstrapServers;
    }
}
