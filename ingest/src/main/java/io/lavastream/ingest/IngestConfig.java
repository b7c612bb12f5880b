package io.lavastream.ingest;

import static io.lavastream.ingest.Require.require;
import static java.util.Objects.requireNonNull;

import io.lavastream.serialization.RegistrySettings;
import java.nio.file.Path;
import java.util.Map;

/**
 * How one instance of ingest runs one lane.
 *
 * @param bootstrapServers addresses of brokers
 * @param registry the schema registry
 * @param lane what the topology does
 * @param stateDirectory holds stores and the identity of this instance: keep it over restarts, give it to one instance
 * @param instance names this instance among those of the lane; a restart under the same name gets its work back at once
 * @param delivery what a crash of ingest may do
 * @param threads stream threads; work is divided by partition
 * @param replicationFactor of the stores' changelog topics
 * @param kafkaClient further settings of the Kafka clients, such as TLS and SASL; they may be secrets
 */
public record IngestConfig(
        String bootstrapServers,
        RegistrySettings registry,
        IngestSettings lane,
        Path stateDirectory,
        String instance,
        Delivery delivery,
        int threads,
        short replicationFactor,
        Map<String, String> kafkaClient) {

    /** What a crash of ingest may do. */
    public enum Delivery {
        /** Nothing is lost or doubled for consumers that read committed records. */
        EXACTLY_ONCE,
        /**
         * Saves the transactions' milliseconds. Nothing is lost; when ingest ends, however it does, outcomes of its last seconds may
         * appear twice, and one that a crash kept from the gate's memory may be followed by another one.
         */
        AT_LEAST_ONCE
    }

    public IngestConfig {
        requireNonNull(bootstrapServers, "bootstrap-servers");
        requireNonNull(registry, "schema-registry-url");
        requireNonNull(lane, "lane");
        requireNonNull(stateDirectory, "state-directory");
        requireNonNull(delivery, "delivery");
        require(!bootstrapServers.isBlank(), "bootstrap-servers", "blank", "host:port");
        require(!instance.isBlank(), "instance", "blank", "a name");
        require(threads >= 1, "threads", threads, ">= 1");
        require(replicationFactor >= 1, "replication-factor", replicationFactor, ">= 1");
        kafkaClient = Map.copyOf(kafkaClient);
    }

    /** One instance with one thread, exactly once, on a single broker without security. */
    public static IngestConfig defaults(
            String bootstrapServers,
            RegistrySettings registry,
            IngestSettings lane,
            Path stateDirectory) {
        return new IngestConfig(
                bootstrapServers,
                registry,
                lane,
                stateDirectory,
                "1",
                Delivery.EXACTLY_ONCE,
                1,
                (short) 1,
                Map.of());
    }

    public IngestConfig withInstance(String value) {
        return new IngestConfig(
                bootstrapServers,
                registry,
                lane,
                stateDirectory,
                value,
                delivery,
                threads,
                replicationFactor,
                kafkaClient);
    }

    public IngestConfig withDelivery(Delivery value) {
        return new IngestConfig(
                bootstrapServers,
                registry,
                lane,
                stateDirectory,
                instance,
                value,
                threads,
                replicationFactor,
                kafkaClient);
    }

    public IngestConfig withThreads(int value) {
        return new IngestConfig(
                bootstrapServers,
                registry,
                lane,
                stateDirectory,
                instance,
                delivery,
                value,
                replicationFactor,
                kafkaClient);
    }

    public IngestConfig withReplicationFactor(short value) {
        return new IngestConfig(
                bootstrapServers,
                registry,
                lane,
                stateDirectory,
                instance,
                delivery,
                threads,
                value,
                kafkaClient);
    }

    public IngestConfig withKafkaClient(Map<String, String> value) {
        return new IngestConfig(
                bootstrapServers,
                registry,
                lane,
                stateDirectory,
                instance,
                delivery,
                threads,
                replicationFactor,
                value);
    }

    /** The consumer group, and the prefix of changelog topics and transactional ids. */
    public String applicationId() {
        return applicationId(lane.lane());
    }

    /** As {@link #applicationId()}: it depends on the lane only. */
    public static String applicationId(String lane) {
        return "lavastream-ingest-" + lane;
    }

    /** Without the clients' settings, which may hold secrets. */
    @Override
    public String toString() {
        return "brokers %s, registry %s, %s, state in %s, instance %s, %s, %d threads, replication %d"
                .formatted(
                        bootstrapServers,
                        registry,
                        lane,
                        stateDirectory,
                        instance,
                        delivery,
                        threads,
                        replicationFactor);
    }
}
