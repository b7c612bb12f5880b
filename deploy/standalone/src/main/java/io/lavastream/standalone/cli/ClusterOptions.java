package io.lavastream.standalone.cli;

import io.lavastream.serialization.RegistrySettings;
import io.lavastream.standalone.client.Cluster;
import io.lavastream.standalone.service.ServiceConfig.Clients;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options that say where broker and registry are. */
final class ClusterOptions {
    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT,...",
            description = "Use this Kafka cluster instead of an embedded broker.")
    private String bootstrapServers;

    @Option(
            names = "--schema-registry-url",
            paramLabel = "URL",
            description = "Use this Confluent-compatible registry instead of an embedded one.")
    private String schemaRegistryUrl;

    @Option(
            names = "--kafka-config",
            paramLabel = "FILE",
            description =
                    "Further settings of every Kafka client, such as TLS and SASL (.properties).")
    private Path kafkaConfig;

    @Option(
            names = "--registry-config",
            paramLabel = "FILE",
            description =
                    "Further settings of the registry's client, such as basic.auth.user.info.")
    private Path registryConfig;

    Optional<String> bootstrapServers() {
        return Optional.ofNullable(bootstrapServers);
    }

    Optional<String> schemaRegistryUrl() {
        return Optional.ofNullable(schemaRegistryUrl);
    }

    Clients clients() {
        return new Clients(
                PropertiesFile.read("kafka-config", kafkaConfig),
                PropertiesFile.read("registry-config", registryConfig));
    }

    /** The cluster that the options name; empty if they name none. */
    Optional<Cluster> cluster() {
        if (bootstrapServers == null && schemaRegistryUrl == null) {
            return Optional.empty();
        }
        if (bootstrapServers == null || schemaRegistryUrl == null) {
            throw new IllegalArgumentException(
                    "bootstrap-servers: %s, schema-registry-url: %s (expected: both, or neither)"
                            .formatted(bootstrapServers, schemaRegistryUrl));
        }
        Clients clients = clients();
        return Optional.of(
                new Cluster(
                        bootstrapServers,
                        new RegistrySettings(schemaRegistryUrl, clients.registry()),
                        clients.kafka()));
    }
}
