package io.lavastream.standalone.security;

import static java.util.Map.entry;

import io.lavastream.standalone.Ports;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;

/**
 * A real broker that its clients reach by TLS and SASL only, and that permits nothing that no rule permits. The
 * principal {@link #ADMIN} may do everything.
 */
final class SecuredBroker implements AutoCloseable {
    static final String ADMIN = "admin";

    private static final String CONTROLLER = "CONTROLLER";

    /** The broker's way to itself; its one principal is a super user. */
    private static final String INTERNAL = "INTERNAL";

    private static final String CLIENTS = "CLIENTS";

    private final KafkaRaftServer server;
    private final String bootstrapServers;

    private SecuredBroker(KafkaRaftServer server, String bootstrapServers) {
        this.server = server;
        this.bootstrapServers = bootstrapServers;
    }

    /**
     * Starts it.
     *
     * @param scram passwords of principals that use SCRAM-SHA-512
     * @param plain passwords of principals that use PLAIN
     */
    static SecuredBroker start(
            Path directory,
            Certificates certificates,
            Map<String, String> scram,
            Map<String, String> plain)
            throws Exception {
        int clients = Ports.claim("clients", Ports.ANY);
        format(directory, scram);
        KafkaRaftServer server =
                new KafkaRaftServer(
                        new KafkaConfig(settings(directory, certificates, plain, clients), false),
                        Time.SYSTEM);
        server.startup();
        return new SecuredBroker(server, Ports.LOOPBACK + ":" + clients);
    }

    String bootstrapServers() {
        return bootstrapServers;
    }

    private static void format(Path directory, Map<String, String> scram) throws Exception {
        List<String> users =
                scram.entrySet().stream()
                        .map(
                                user ->
                                        "SCRAM-SHA-512=[name=%s,password=%s]"
                                                .formatted(user.getKey(), user.getValue()))
                        .toList();
        new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
                .setNodeId(1)
                .setClusterId(Uuid.randomUuid().toString())
                .setDirectories(List.of(directory.toString()))
                .setMetadataLogDirectory(directory.toString())
                .setControllerListenerName(CONTROLLER)
                .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                .setScramArguments(users)
                .run();
    }

    private static Map<String, Object> settings(
            Path directory, Certificates certificates, Map<String, String> plain, int clients) {
        String controller = "%s:%d".formatted(Ports.LOOPBACK, Ports.claim("controller", Ports.ANY));
        String internal = "%s:%d".formatted(Ports.LOOPBACK, Ports.claim("internal", Ports.ANY));
        String advertised =
                "%s://%s:%d,%s://%s"
                        .formatted(CLIENTS, Ports.LOOPBACK, clients, INTERNAL, internal);
        return Map.ofEntries(
                entry("node.id", "1"),
                entry("process.roles", "broker,controller"),
                entry("controller.quorum.voters", "1@" + controller),
                entry("controller.listener.names", CONTROLLER),
                entry("inter.broker.listener.name", INTERNAL),
                entry("listeners", advertised + "," + CONTROLLER + "://" + controller),
                entry("advertised.listeners", advertised),
                entry(
                        "listener.security.protocol.map",
                        "%s:SASL_SSL,%s:PLAINTEXT,%s:PLAINTEXT"
                                .formatted(CLIENTS, INTERNAL, CONTROLLER)),
                entry(
                        "authorizer.class.name",
                        "org.apache.kafka.metadata.authorizer.StandardAuthorizer"),
                entry("super.users", "User:ANONYMOUS;User:" + ADMIN),
                entry("sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-512"),
                entry(
                        "listener.name.clients.scram-sha-512.sasl.jaas.config",
                        "org.apache.kafka.common.security.scram.ScramLoginModule required;"),
                entry("listener.name.clients.plain.sasl.jaas.config", plainUsers(plain)),
                entry("ssl.keystore.type", "PKCS12"),
                entry("ssl.keystore.location", certificates.keyStore().toString()),
                entry("ssl.keystore.password", Certificates.PASSWORD),
                entry("ssl.key.password", Certificates.PASSWORD),
                entry("log.dirs", directory.toString()),
                entry("auto.create.topics.enable", "false"),
                entry("message.max.bytes", "9000000"),
                entry("offsets.topic.replication.factor", "1"),
                entry("offsets.topic.num.partitions", "1"),
                entry("transaction.state.log.replication.factor", "1"),
                entry("transaction.state.log.min.isr", "1"),
                entry("transaction.state.log.num.partitions", "1"),
                entry("group.initial.rebalance.delay.ms", "0"));
    }

    private static String plainUsers(Map<String, String> passwords) {
        StringBuilder users =
                new StringBuilder(
                        "org.apache.kafka.common.security.plain.PlainLoginModule required");
        passwords.forEach(
                (user, password) -> users.append(" user_%s=\"%s\"".formatted(user, password)));
        return users.append(';').toString();
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }
}
