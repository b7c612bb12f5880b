package io.lavastream.standalone.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.engine.EngineConfig;
import io.lavastream.job.images.UriPolicy;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.ImageSource;
import io.lavastream.schemas.Question;
import io.lavastream.serialization.RegistrySettings;
import io.lavastream.standalone.Progress;
import io.lavastream.standalone.cli.CommandRun;
import io.lavastream.standalone.client.Cluster;
import io.lavastream.standalone.client.Reply;
import io.lavastream.standalone.client.VqaClient;
import io.lavastream.standalone.demo.SceneQuestion;
import io.lavastream.standalone.demo.Scenes;
import io.lavastream.standalone.service.DataDirectory;
import io.lavastream.standalone.service.Placement;
import io.lavastream.standalone.service.Role;
import io.lavastream.standalone.service.Service;
import io.lavastream.standalone.service.ServiceConfig;
import io.lavastream.standalone.service.ServiceConfig.Clients;
import io.lavastream.standalone.service.ServiceConfig.Contract;
import io.lavastream.topics.Lanes;
import io.lavastream.topics.TopicSettings;
import io.lavastream.topics.Topics;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole service against a broker with TLS, SASL and authorisation, and a registry with TLS and a password. */
class SecuredClusterIT {
    private static final Path HOME = Path.of(System.getProperty("lavastream.home"));
    private static final List<String> LANES = List.of(Lanes.INTERACTIVE);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Every principal has a password of its own, by which a log line would give it away. */
    private static final Map<String, String> SCRAM =
            Map.of(
                    SecuredBroker.ADMIN,
                    "secret-of-admin",
                    "operator",
                    "secret-of-operator",
                    "ingest",
                    "secret-of-ingest",
                    "client",
                    "secret-of-client",
                    "support",
                    "secret-of-support");

    private static final Map<String, String> PLAIN = Map.of("job", "secret-of-job");
    private static final Map<String, String> REGISTRY =
            Map.of("service", "secret-of-registry-user", "operator", "secret-of-registry-admin");

    @TempDir private static Path directory;

    private static Certificates certificates;
    private static SecuredBroker broker;
    private static SecuredRegistry registry;
    private static LoggedSecrets log;

    @BeforeAll
    static void start() throws Exception {
        log =
                LoggedSecrets.listenFor(
                        List.of("secret-of-", Certificates.PASSWORD, "c2VjcmV0LW9m", "OnNlY3JldC"));
        certificates = Certificates.madeIn(directory);
        broker =
                SecuredBroker.start(
                        Files.createDirectory(directory.resolve("broker")),
                        certificates,
                        SCRAM,
                        PLAIN);
        registry = SecuredRegistry.start(directory.resolve("registry"), certificates, REGISTRY);
        permitWhatTheReadmeLists();
        createTopicsAndSchemas();
    }

    @AfterAll
    static void stopAndLookForSecretsInTheLog() {
        registry.close();
        broker.close();
        log.close();
        assertThat(log.lines()).as("lines that were looked at").isGreaterThan(1_000);
        assertThat(log.found()).isEmpty();
    }

    private static void permitWhatTheReadmeLists() throws Exception {
        List<AclBinding> rules = AccessRules.in(HOME.resolve("README.md"));
        assertThat(rules.stream().map(rule -> rule.entry().principal()))
                .contains(
                        "User:operator", "User:ingest", "User:job", "User:client", "User:support");
        Map<String, Object> config = new HashMap<>(kafka(SecuredBroker.ADMIN));
        config.put("bootstrap.servers", broker.bootstrapServers());
        try (Admin admin = Admin.create(config)) {
            admin.createAcls(rules).all().get();
        }
    }

    private static void createTopicsAndSchemas() throws Exception {
        CommandRun topics =
                CommandRun.of(
                        "topics",
                        "create",
                        "--lanes",
                        Lanes.INTERACTIVE,
                        "--bootstrap-servers",
                        broker.bootstrapServers(),
                        "--kafka-config",
                        file("operator-kafka", kafka("operator")));
        assertThat(topics.exitCode()).as(topics.err()).isZero();
        CommandRun missing = schemas("check", "service");
        assertThat(missing.exitCode()).as(missing.err()).isEqualTo(1);
        assertThat(missing.out())
                .contains("vqa.answers-value: schema is missing (expected: registered)");
        CommandRun registered = schemas("register", "operator");
        assertThat(registered.exitCode()).as(registered.err()).isZero();
        assertThat(registered.out().lines())
                .anyMatch(line -> line.matches("vqa.answers-value \\d+"));
        assertThat(schemas("check", "service").exitCode()).isZero();
    }

    @Test
    void answersUnderThePrincipalsAndRulesOfTheReadme() throws Exception {
        Scenes scenes = Scenes.in(HOME.resolve("scenes"));
        SceneQuestion scene = scenes.questions().get(0);
        PrintStream silent = new PrintStream(OutputStream.nullOutputStream(), false, UTF_8);
        try (Progress progress = Progress.on(silent, false);
                DataDirectory ingestData = DataDirectory.open(Optional.of(directory.resolve("i")));
                DataDirectory jobData = DataDirectory.open(Optional.of(directory.resolve("j")));
                Service ingest =
                        Service.start(config(Role.INGEST, "ingest"), ingestData, progress);
                Service job = Service.start(config(Role.JOB, "job"), jobData, progress);
                VqaClient client = VqaClient.connect(cluster("client"))) {
            client.send(
                    Lanes.INTERACTIVE,
                    Question.newBuilder()
                            .setRequestId("secured")
                            .setText(scene.question())
                            .setImages(
                                    List.of(
                                            ImageSource.newBuilder()
                                                    .setData(ByteBuffer.wrap(scenes.imageOf(scene)))
                                                    .build()))
                            .build());

            Reply reply = await(client);

            assertThat(reply)
                    .isInstanceOfSatisfying(
                            Reply.Answered.class,
                            answered ->
                                    assertThat(answered.answer().getText())
                                            .isEqualTo(scene.answer().orElseThrow()));
            assertThat(ingest.failure()).isNotDone();
            assertThat(job.failure()).isNotDone();

            client.send(
                    Lanes.INTERACTIVE,
                    Question.newBuilder()
                            .setRequestId("failing")
                            .setText(scene.question())
                            .setImages(
                                    List.of(
                                            ImageSource.newBuilder()
                                                    .setData(ByteBuffer.wrap(new byte[100]))
                                                    .build()))
                            .build());
            Reply failed = await(client);
            assertThat(failed).isInstanceOf(Reply.Failed.class);
            assertThatSupportMayInspectAndRedrive(((Reply.Failed) failed).failure().getCode());

            CommandRun ask =
                    CommandRun.of(
                            "ask",
                            "--bootstrap-servers",
                            broker.bootstrapServers(),
                            "--schema-registry-url",
                            registry.url(),
                            "--kafka-config",
                            file("client-kafka", kafka("client")),
                            "--registry-config",
                            file("client-registry", registryClient("service")),
                            "--image",
                            HOME.resolve("scenes").resolve(scene.image()).toString(),
                            scene.question());
            assertThat(ask.exitCode()).as(ask.err()).isZero();
            assertThat(ask.out().strip()).isEqualTo(scene.answer().orElseThrow());
        }
    }

    private static void assertThatSupportMayInspectAndRedrive(FailureCode code) throws Exception {
        CommandRun inspect = support("inspect", "--lanes", Lanes.INTERACTIVE, "secured");
        assertThat(inspect.exitCode()).as(inspect.err()).isZero();
        assertThat(inspect.out()).contains(Topics.questions(Lanes.INTERACTIVE).name());
        CommandRun redrive = support("redrive", "--code", code.name());
        assertThat(redrive.exitCode()).as(redrive.out() + redrive.err()).isZero();
        assertThat(redrive.out() + redrive.err()).contains("1 sent");
    }

    private static CommandRun support(String command, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(
                List.of(
                        "--bootstrap-servers",
                        broker.bootstrapServers(),
                        "--schema-registry-url",
                        registry.url(),
                        "--kafka-config",
                        file("support-kafka", kafka("support")),
                        "--registry-config",
                        file("support-registry", registryClient("service"))));
        all.addAll(List.of(arguments));
        return CommandRun.of(all.toArray(String[]::new));
    }

    @Test
    void noPrincipalMayDoTheWorkOfAnother() {
        assertThatThrownBy(() -> read("client", Topics.requests(Lanes.INTERACTIVE).name()))
                .isInstanceOf(TopicAuthorizationException.class);
        assertThatThrownBy(() -> read("job", Topics.ANSWERS.name()))
                .isInstanceOf(TopicAuthorizationException.class);
        assertThatThrownBy(() -> write("job", Topics.ANSWERS.name()))
                .hasCauseInstanceOf(TopicAuthorizationException.class);
        assertThatThrownBy(() -> write("client", Topics.outcomes(Lanes.INTERACTIVE).name()))
                .hasCauseInstanceOf(TopicAuthorizationException.class);
        assertThatThrownBy(() -> write("ingest", Topics.questions(Lanes.INTERACTIVE).name()))
                .hasCauseInstanceOf(TopicAuthorizationException.class);
    }

    @Test
    void aWrongPasswordOfABrokerIsOneClearLine() throws Exception {
        Map<String, String> scram = scram("ingest", "secret-of-nobody");
        Map<String, String> plain = plain("job", "secret-of-nobody");

        for (Map<String, String> wrong : List.of(scram, plain)) {
            CommandRun run =
                    CommandRun.of(
                            "serve",
                            "--no-create",
                            "--roles",
                            "ingest",
                            "--bootstrap-servers",
                            broker.bootstrapServers(),
                            "--schema-registry-url",
                            registry.url(),
                            "--kafka-config",
                            file("wrong-kafka", wrong));

            assertOneLine(run, "topics at " + broker.bootstrapServers(), "uthentication failed");
        }
    }

    @Test
    void aBrokerThatIsNotTrustedIsOneClearLine() throws Exception {
        Map<String, String> trustsOthers = new HashMap<>(kafka("operator"));
        trustsOthers.keySet().removeIf(key -> key.startsWith("ssl.truststore"));

        CommandRun run =
                CommandRun.of(
                        "topics",
                        "check",
                        "--bootstrap-servers",
                        broker.bootstrapServers(),
                        "--kafka-config",
                        file("untrusting-kafka", trustsOthers));

        assertOneLine(run, "SSL handshake failed", "certification path");
    }

    @Test
    void aWrongPasswordOfTheRegistryIsOneClearLine() throws Exception {
        Map<String, String> wrong = new HashMap<>(registryClient("service"));
        wrong.put("basic.auth.user.info", "service:secret-of-nobody");

        CommandRun run =
                CommandRun.of(
                        "schemas",
                        "check",
                        "--schema-registry-url",
                        registry.url(),
                        "--registry-config",
                        file("wrong-registry", wrong));

        assertOneLine(run, "schemas at " + registry.url(), "HTTP 401, user or password is wrong");
    }

    @Test
    void aRegistryThatIsNotTrustedIsOneClearLine() throws Exception {
        CommandRun run =
                CommandRun.of(
                        "schemas",
                        "check",
                        "--schema-registry-url",
                        registry.url(),
                        "--registry-config",
                        file("untrusting-registry", Map.of()));

        assertOneLine(run, "schemas at " + registry.url(), "certification path");
    }

    private static void assertOneLine(CommandRun run, String... parts) {
        assertThat(run.exitCode()).isBetween(1, 2);
        assertThat(run.err().lines()).as(run.err()).hasSize(1);
        assertThat(run.err())
                .startsWith("lavastream: ")
                .contains(parts)
                .doesNotContain("secret-of");
        assertThat(run.out()).isEmpty();
    }

    private static Reply await(VqaClient client) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() - end < 0) {
            List<Reply> replies = client.poll(Duration.ofMillis(200));
            if (!replies.isEmpty()) {
                return replies.get(0);
            }
        }
        throw new AssertionError("no outcome within " + PATIENCE);
    }

    private static void read(String principal, String topic) {
        Map<String, Object> config = new HashMap<>(kafka(principal));
        config.put("bootstrap.servers", broker.bootstrapServers());
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.partitionsFor(topic);
        }
    }

    private static void write(String principal, String topic) throws Exception {
        Map<String, Object> config = new HashMap<>(kafka(principal));
        config.put("bootstrap.servers", broker.bootstrapServers());
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic, new byte[] {1})).get();
        }
    }

    private static ServiceConfig config(Role role, String principal) {
        return new ServiceConfig(
                new Placement(
                        Set.of(role),
                        Optional.of(broker.bootstrapServers()),
                        Optional.of(registry.url())),
                ServiceConfig.Ports.FREE,
                new Clients(kafka(principal), registryClient("service")),
                LANES,
                Contract.REQUIRE,
                TopicSettings.SINGLE_BROKER,
                ServiceConfig.Ingest.DEFAULT,
                EngineConfig.defaults(HOME.resolve("models/scenes-llava")),
                UriPolicy.NONE);
    }

    private static Cluster cluster(String principal) {
        return new Cluster(
                broker.bootstrapServers(),
                new RegistrySettings(registry.url(), registryClient("service")),
                kafka(principal));
    }

    private static CommandRun schemas(String command, String user) throws Exception {
        return CommandRun.of(
                "schemas",
                command,
                "--lanes",
                Lanes.INTERACTIVE,
                "--schema-registry-url",
                registry.url(),
                "--registry-config",
                file(user + "-registry", registryClient(user)));
    }

    private static Map<String, String> kafka(String principal) {
        return PLAIN.containsKey(principal)
                ? plain(principal, PLAIN.get(principal))
                : scram(principal, SCRAM.get(principal));
    }

    private static Map<String, String> scram(String principal, String password) {
        return sasl(
                "SCRAM-SHA-512",
                "org.apache.kafka.common.security.scram.ScramLoginModule",
                principal,
                password);
    }

    private static Map<String, String> plain(String principal, String password) {
        return sasl(
                "PLAIN",
                "org.apache.kafka.common.security.plain.PlainLoginModule",
                principal,
                password);
    }

    private static Map<String, String> sasl(
            String mechanism, String module, String principal, String password) {
        return Map.of(
                "security.protocol",
                "SASL_SSL",
                "sasl.mechanism",
                mechanism,
                "sasl.jaas.config",
                "%s required username=\"%s\" password=\"%s\";"
                        .formatted(module, principal, password),
                "ssl.truststore.type",
                "PKCS12",
                "ssl.truststore.location",
                certificates.trustStore().toString(),
                "ssl.truststore.password",
                Certificates.PASSWORD);
    }

    private static Map<String, String> registryClient(String user) {
        return Map.of(
                "basic.auth.credentials.source",
                "USER_INFO",
                "basic.auth.user.info",
                user + ":" + REGISTRY.get(user),
                "schema.registry.ssl.truststore.type",
                "PKCS12",
                "schema.registry.ssl.truststore.location",
                certificates.trustStore().toString(),
                "schema.registry.ssl.truststore.password",
                Certificates.PASSWORD);
    }

    private static String file(String name, Map<String, String> settings) throws Exception {
        Properties properties = new Properties();
        properties.putAll(settings);
        Path file = directory.resolve(name + ".properties");
        try (Writer writer = Files.newBufferedWriter(file)) {
            properties.store(writer, null);
        }
        return file.toString();
    }
}
