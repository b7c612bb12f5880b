package io.lavastream.standalone.client;

import static java.util.Objects.requireNonNull;

import io.lavastream.serialization.RegistrySettings;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;

/**
 * Where the topics and their schemas are.
 *
 * @param kafka further settings of every Kafka client, such as those of TLS and SASL; they may be secrets
 */
public record Cluster(
        String bootstrapServers, RegistrySettings registry, Map<String, String> kafka) {
    public Cluster {
        requireNonNull(bootstrapServers, "bootstrap-servers");
        requireNonNull(registry, "schema-registry-url");
        kafka = Map.copyOf(kafka);
    }

    /** A new map with what every Kafka client needs. */
    public Map<String, Object> clientConfig() {
        Map<String, Object> config = new HashMap<>(kafka);
        config.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        return config;
    }

    /** Without the clients' settings, which may hold secrets. */
    @Override
    public String toString() {
        return "%s, schemas at %s".formatted(bootstrapServers, registry);
    }
}
