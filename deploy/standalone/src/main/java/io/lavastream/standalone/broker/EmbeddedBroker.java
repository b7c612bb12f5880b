package io.lavastream.standalone.broker;

import static java.util.Map.entry;

import io.lavastream.standalone.Ports;
import io.lavastream.standalone.StartupException;
import io.lavastream.topics.Topics;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;

/**
 * A Kafka broker and its controller in this process, on loopback: the real server, one node, small. Its data stays in
 * its directory and is found again at the next start. Closed by whoever started it.
 */
public final class EmbeddedBroker implements AutoCloseable {
    private static final int NODE_ID = 1;
    private static final String CONTROLLER = "CONTROLLER";
    private static final String CLIENTS = "PLAINTEXT";

    private final KafkaRaftServer server;
    private final int port;

    private EmbeddedBroker(KafkaRaftServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /**
     * Starts the broker and returns when it accepts clients.
     *
     * @param directory where its data is, or will be
     * @param wantedPort port for clients; {@link Ports#ANY} for a free one
     * @throws StartupException when the port is taken or the directory does not belong to this broker
     */
    public static EmbeddedBroker start(Path directory, int wantedPort) {
        int port = Ports.claim("broker-port", wantedPort);
        int controllerPort = Ports.claim("controller", Ports.ANY);
        try {
            if (!Files.exists(directory.resolve("meta.properties"))) {
                format(directory);
            }
            KafkaRaftServer server =
                    new KafkaRaftServer(
                            new KafkaConfig(settings(directory, port, controllerPort), false),
                            Time.SYSTEM);
            server.startup();
            return new EmbeddedBroker(server, port);
        } catch (Exception e) {
            throw new StartupException("broker in %s: %s".formatted(directory, e.getMessage()), e);
        }
    }

    /** Address for clients. */
    public String bootstrapServers() {
        return Ports.LOOPBACK + ":" + port;
    }

    /** Stops the broker; acknowledged records are kept. */
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    private static void format(Path directory) throws Exception {
        Files.createDirectories(directory);
        try (PrintStream silent =
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            new Formatter()
                    .setPrintStream(silent)
                    .setNodeId(NODE_ID)
                    .setClusterId(Uuid.randomUuid().toString())
                    .setDirectories(List.of(directory.toString()))
                    .setMetadataLogDirectory(directory.toString())
                    .setControllerListenerName(CONTROLLER)
                    .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                    .setIgnoreFormatted(true)
                    .run();
        }
    }

    private static Properties settings(Path directory, int port, int controllerPort) {
        String clients = "%s://%s:%d".formatted(CLIENTS, Ports.LOOPBACK, port);
        String controller = "%s:%d".formatted(Ports.LOOPBACK, controllerPort);
        Properties settings = new Properties();
        settings.putAll(ONE_SMALL_NODE);
        settings.put("controller.quorum.voters", NODE_ID + "@" + controller);
        settings.put("listeners", clients + "," + CONTROLLER + "://" + controller);
        settings.put("advertised.listeners", clients);
        settings.put("log.dirs", directory.toString());
        return settings;
    }

    private static final Map<String, String> ONE_SMALL_NODE =
            Map.ofEntries(
                    entry("node.id", Integer.toString(NODE_ID)),
                    entry("process.roles", "broker,controller"),
                    entry("controller.listener.names", CONTROLLER),
                    entry("inter.broker.listener.name", CLIENTS),
                    entry(
                            "listener.security.protocol.map",
                            CONTROLLER + ":PLAINTEXT," + CLIENTS + ":PLAINTEXT"),
                    entry("auto.create.topics.enable", "false"),
                    entry("message.max.bytes", largestRecordBatch()),
                    entry("replica.fetch.max.bytes", largestRecordBatch()),
                    // One node holds the only copy.
                    entry("offsets.topic.replication.factor", "1"),
                    entry("transaction.state.log.replication.factor", "1"),
                    entry("transaction.state.log.min.isr", "1"),
                    // A handful of consumer groups and producers, not thousands.
                    entry("offsets.topic.num.partitions", "4"),
                    entry("transaction.state.log.num.partitions", "4"),
                    // Nobody else is going to join.
                    entry("group.initial.rebalance.delay.ms", "0"),
                    // Nor to follow the metadata's log, where a record of nothing is due twice a
                    // second.
                    entry("metadata.max.idle.interval.ms", "0"),
                    entry("num.network.threads", "2"),
                    entry("num.io.threads", "4"),
                    entry("background.threads", "2"),
                    // 128 MiB by default, taken at start; compacted topics are small here.
                    entry("log.cleaner.dedupe.buffer.size", Integer.toString(4 << 20)));

    private static String largestRecordBatch() {
        return Integer.toString(Topics.DEAD_LETTERS.maxMessageBytes());
    }
}
