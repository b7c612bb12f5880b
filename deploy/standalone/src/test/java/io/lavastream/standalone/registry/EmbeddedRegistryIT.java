package io.lavastream.standalone.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.lavastream.serialization.RegistrySettings;
import io.lavastream.serialization.SchemaRegistration;
import io.lavastream.serialization.SchemaRegistration.Registered;
import io.lavastream.standalone.Ports;
import io.lavastream.standalone.StartupException;
import io.lavastream.topics.Lanes;
import io.lavastream.topics.Topics;
import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedRegistryIT {
    @TempDir Path directory;

    @Test
    void keepsItsIdsWhenItsParentIsKilledAndEndsWithIt() throws Exception {
        Process parent = startParent();
        ProcessHandle registry;
        List<Registered> before;
        try (BufferedReader output = parent.inputReader(StandardCharsets.UTF_8)) {
            String[] said = output.readLine().split(" ", -1);
            registry = ProcessHandle.of(Long.parseLong(said[0])).orElseThrow();
            before = register(said[1]);
            parent.destroyForcibly().waitFor();
        }

        // Completes when the process is gone; it is no child of ours, so the handle is polled by
        // the JDK.
        registry.onExit().get(30, TimeUnit.SECONDS);
        assertThat(registry.isAlive()).isFalse();
        try (EmbeddedRegistry again = start()) {
            assertThat(register(again.url())).isEqualTo(before);
        }
    }

    @Test
    void saysThatItWasKilledButNotThatItWasClosed() throws Exception {
        try (EmbeddedRegistry registry = start()) {
            CompletableFuture<Void> failure = registry.failure();
            registry.process().destroyForcibly();

            assertThat(failure)
                    .failsWithin(Duration.ofSeconds(30))
                    .withThrowableThat()
                    .havingCause()
                    .withMessageStartingWith("registry: ended with exit code 137");
        }
        EmbeddedRegistry registry = start();
        CompletableFuture<Void> failure = registry.failure();
        registry.close();

        assertThat(failure).succeedsWithin(Duration.ofSeconds(30));
    }

    @Test
    void tellsThatIncompatibleSchemasAreRefusedAndRefusesThem() throws Exception {
        try (EmbeddedRegistry registry = start();
                SchemaRegistryClient client = RegistrySettings.of(registry.url()).newClient()) {
            register(registry.url());

            assertThat(client.getCompatibility(null)).isEqualTo("FULL_TRANSITIVE");
            AvroSchema other =
                    new AvroSchema(
                            """
                            {"type": "record", "name": "Answer", "namespace": "io.lavastream.schemas",
                             "fields": [{"name": "text", "type": "int"}]}""");
            assertThatThrownBy(() -> client.register(Topics.ANSWERS.valueSubject(), other))
                    .isInstanceOfSatisfying(
                            RestClientException.class,
                            refusal -> assertThat(refusal.getStatus()).isEqualTo(409));
        }
    }

    @Test
    void refusesToStartOverWhenItsDatabaseIsGone() throws Exception {
        try (EmbeddedRegistry registry = start()) {
            registry.keep(register(registry.url()).stream().map(Registered::id).toList());
        }
        try (EmbeddedRegistry again = start()) {
            assertThat(again.process().isAlive()).isTrue();
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".db")).toList()) {
                Files.delete(file);
            }
        }

        assertThatThrownBy(this::start)
                .isInstanceOf(StartupException.class)
                .hasMessageContaining("registry.mv.db is missing");
    }

    @Test
    void namesAPortInUse() throws Exception {
        try (ServerSocket taken =
                new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            int port = taken.getLocalPort();

            assertThatThrownBy(() -> EmbeddedRegistry.start(home(), directory, port))
                    .isInstanceOf(StartupException.class)
                    .hasMessage(
                            "registry-port: %d is in use on 127.0.0.1 (expected: a free port)"
                                    .formatted(port));
        }
    }

    @Test
    void saysWhyItDidNotComeUp() throws Exception {
        Files.writeString(directory.resolve("registry.mv.db"), "not a database");

        assertThatThrownBy(this::start)
                .isInstanceOf(StartupException.class)
                .hasMessageStartingWith("registry: ended with exit code 1");
    }

    private EmbeddedRegistry start() {
        return EmbeddedRegistry.start(home(), directory, Ports.ANY);
    }

    private static RegistryHome home() {
        return RegistryHome.fromSystemProperty();
    }

    private static List<Registered> register(String url) throws Exception {
        try (SchemaRegistryClient client = RegistrySettings.of(url).newClient()) {
            return SchemaRegistration.register(client, Topics.all(Lanes.DEFAULT));
        }
    }

    private Process startParent() throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-D%s=%s"
                                .formatted(
                                        RegistryHome.PROPERTY,
                                        System.getProperty(RegistryHome.PROPERTY)),
                        "-cp",
                        System.getProperty("java.class.path"),
                        RegistryParent.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
