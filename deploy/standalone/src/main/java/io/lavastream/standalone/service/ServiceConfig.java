package io.lavastream.standalone.service;

import static java.util.Objects.requireNonNull;

import io.lavastream.engine.EngineConfig;
import io.lavastream.ingest.IngestConfig.Delivery;
import io.lavastream.job.images.UriPolicy;
import io.lavastream.topics.Lanes;
import io.lavastream.topics.TopicSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that decides how a process of the service runs. Immutable, checked on construction.
 *
 * @param lanes names of the lanes, by priority
 * @param contract whether topics and schemas that are missing are made
 * @param topics settings of topics that are created
 * @param engine of the job, but for its lanes
 * @param uris which images the job may fetch by their address
 */
public record ServiceConfig(
        Placement placement,
        Ports ports,
        Clients clients,
        List<String> lanes,
        Contract contract,
        TopicSettings topics,
        Ingest ingest,
        EngineConfig engine,
        UriPolicy uris) {

    public ServiceConfig {
        requireNonNull(placement, "placement");
        requireNonNull(ports, "ports");
        requireNonNull(clients, "clients");
        lanes = Lanes.checked(lanes);
        requireNonNull(contract, "contract");
        requireNonNull(topics, "topics");
        requireNonNull(ingest, "ingest");
        requireNonNull(engine, "engine");
        requireNonNull(uris, "uris");
    }

    /** Everything embedded, on free ports, with the default lanes. */
    public static ServiceConfig embedded(EngineConfig engine) {
        return new ServiceConfig(
                Placement.embedded(),
                Ports.FREE,
                Clients.PLAIN,
                Lanes.DEFAULT,
                Contract.APPLY,
                TopicSettings.SINGLE_BROKER,
                Ingest.DEFAULT,
                engine,
                UriPolicy.NONE);
    }

    public ServiceConfig withLanes(List<String> names) {
        return new ServiceConfig(
                placement, ports, clients, names, contract, topics, ingest, engine, uris);
    }

    /** What a start does about topics and schemas that are missing. */
    public enum Contract {
        /** Makes them. */
        APPLY,
        /** Changes nothing and refuses to start: somebody else makes them, who alone may. */
        REQUIRE
    }

    /** Ports of the embedded parts; 0 for a free one. */
    public record Ports(int broker, int registry) {
        public static final Ports FREE = new Ports(0, 0);

        private static final int LARGEST = 65_535;

        public Ports {
            requirePort("broker-port", broker);
            requirePort("registry-port", registry);
        }

        private static void requirePort(String option, int port) {
            if (port < 0 || port > LARGEST) {
                throw new IllegalArgumentException(
                        "%s: %d (expected: 0 to %d)".formatted(option, port, LARGEST));
            }
        }
    }

    /** Further settings of every Kafka client and of the registry's client; they may be secrets. */
    public record Clients(Map<String, String> kafka, Map<String, String> registry) {
        public static final Clients PLAIN = new Clients(Map.of(), Map.of());

        public Clients {
            kafka = Map.copyOf(kafka);
            registry = Map.copyOf(registry);
        }

        /** Without the values, which may be secrets. */
        @Override
        public String toString() {
            return "kafka %s, registry %s".formatted(kafka.keySet(), registry.keySet());
        }
    }

    /**
     * How ingest runs.
     *
     * @param instance names this process among those that run ingest, the same after a restart; empty for a name that
     *     the data directory keeps
     */
    public record Ingest(Delivery delivery, Optional<String> instance) {
        public static final Ingest DEFAULT = new Ingest(Delivery.EXACTLY_ONCE, Optional.empty());

        public Ingest {
            requireNonNull(delivery, "delivery");
            requireNonNull(instance, "instance");
        }
    }
}
