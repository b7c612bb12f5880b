package io.lavastream.job;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;

/** A real broker in this JVM, started once for all tests that ask, and left to the end of the JVM. */
public final class TestBroker {
    private static TestBroker running;

    private final String bootstrapServers;

    private TestBroker() throws Exception {
        Path directory = Files.createTempDirectory("lavastream-broker");
        int clients = freePort();
        int controller = freePort();
        bootstrapServers = "127.0.0.1:" + clients;
        format(directory);
        KafkaRaftServer server =
                new KafkaRaftServer(
                        new KafkaConfig(settings(directory, clients, controller), false),
                        Time.SYSTEM);
        server.startup();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, directory)));
    }

    /** Address of the broker, which starts now if need be. */
    public static synchronized String bootstrapServers() {
        if (running == null) {
            try {
                running = new TestBroker();
            } catch (Exception e) {
                throw new IllegalStateException("the broker does not start", e);
            }
        }
        return running.bootstrapServers;
    }

    private static Map<String, String> settings(Path directory, int clients, int controller) {
        Map<String, String> settings = new HashMap<>();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", "1");
        settings.put("controller.quorum.voters", "1@127.0.0.1:" + controller);
        settings.put(
                "listeners",
                "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d"
                        .formatted(clients, controller));
        settings.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + clients);
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT");
        settings.put("log.dirs", directory.toString());
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("offsets.topic.num.partitions", "1");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("transaction.state.log.num.partitions", "1");
        settings.put("auto.create.topics.enable", "false");
        settings.put("log.retention.check.interval.ms", "100");
        return settings;
    }

    private static void format(Path directory) throws Exception {
        new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
                .setNodeId(1)
                .setClusterId(Uuid.randomUuid().toString())
                .setDirectories(List.of(directory.toString()))
                .setMetadataLogDirectory(directory.toString())
                .setControllerListenerName("CONTROLLER")
                .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                .run();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void stop(KafkaRaftServer server, Path directory) {
        server.shutdown();
        server.awaitShutdown();
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
