package io.lavastream.standalone.registry;

import static java.util.Map.entry;

import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.lavastream.serialization.RegistrySettings;
import io.lavastream.standalone.ChildProcess;
import io.lavastream.standalone.Ports;
import io.lavastream.standalone.StartupException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A schema registry (Apicurio, speaking Confluent's REST API) as a child process on loopback. It ends with this
 * process, also when that is killed. Ids that it gave out survive a kill of either.
 */
public final class EmbeddedRegistry implements AutoCloseable {
    private static final String COMPATIBILITY = "FULL_TRANSITIVE";
    private static final Duration START_LIMIT = Duration.ofSeconds(90);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);
    private static final int OK = 200;

    private final Process process;
    private final int port;
    private final RegistryStore store;
    private volatile boolean closing;

    private EmbeddedRegistry(Process process, int port, RegistryStore store) {
        this.process = process;
        this.port = port;
        this.store = store;
    }

    /**
     * Starts the registry and returns when it answers, with FULL_TRANSITIVE compatibility in force and the ids of
     * earlier starts verified.
     *
     * @param home the registry program
     * @param directory where its data is, or will be
     * @param wantedPort {@link Ports#ANY} for a free one
     * @throws StartupException when the port is taken, it does not come up, or its data is not what it was
     */
    public static EmbeddedRegistry start(RegistryHome home, Path directory, int wantedPort) {
        int port = Ports.claim("registry-port", wantedPort);
        RegistryStore store = new RegistryStore(directory);
        store.create();
        EmbeddedRegistry registry = new EmbeddedRegistry(launch(home, store, port), port, store);
        try {
            registry.awaitReady();
            registry.prepare();
            return registry;
        } catch (RuntimeException e) {
            registry.close();
            throw e;
        }
    }

    /** Address for Confluent's clients. */
    public String url() {
        return "http://%s:%d/apis/ccompat/v7".formatted(Ports.LOOPBACK, port);
    }

    /** The child process, for whoever wants to look at it. */
    public ProcessHandle process() {
        return process.toHandle();
    }

    /** Completes, exceptionally, when the child process has ended though nobody closed it. */
    public CompletableFuture<Void> failure() {
        return process.onExit()
                .thenCompose(
                        ended ->
                                closing
                                        ? CompletableFuture.completedFuture(null)
                                        : CompletableFuture.failedFuture(
                                                new IllegalStateException(endedUnasked())));
    }

    private String endedUnasked() {
        return "registry: ended with exit code %d: %s"
                .formatted(process.exitValue(), lastLogLine());
    }

    /** Remembers these ids, so that the next start can tell whether the registry still means the same by them. */
    public void keep(Collection<Integer> ids) {
        try (SchemaRegistryClient client = RegistrySettings.of(url()).newClient()) {
            new KnownSchemas(store.knownIds()).keep(client, ids);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the child process and waits for it. */
    @Override
    public void close() {
        closing = true;
        try {
            // The end of its input is the order to stop.
            process.getOutputStream().close();
            if (!process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static Process launch(RegistryHome home, RegistryStore store, int port) {
        ProcessBuilder builder =
                new ProcessBuilder(command(home, store.temporaryFiles()))
                        .redirectErrorStream(true)
                        .redirectOutput(store.log().toFile());
        builder.environment().putAll(environment(store.jdbcUrl(), port));
        try {
            return builder.start();
        } catch (IOException e) {
            throw new StartupException("registry: " + e.getMessage(), e);
        }
    }

    private static List<String> command(RegistryHome home, Path temporaryFiles) {
        // Ctrl-C reaches the whole process group; the registry must outlast the parts that use it,
        // so it
        // ignores the signal (the JVM respects that) and ends with its input instead.
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c"));
        command.add("trap '' INT TERM HUP; exec \"$@\"");
        command.add("registry");
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xshare:auto",
                        "-XX:PerfDataSamplingInterval=1000"));
        command.add("-Djava.io.tmpdir=" + temporaryFiles);
        command.add("-Dvertx.cacheDirBase=" + temporaryFiles.resolve("vertx"));
        command.add("-cp");
        command.add(ourClasses() + System.getProperty("path.separator") + home.jar());
        command.add(ChildProcess.class.getName());
        command.add(home.mainClass());
        return command;
    }

    private static Path ourClasses() {
        try {
            return Path.of(
                    ChildProcess.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, String> environment(String jdbcUrl, int port) {
        return Map.ofEntries(
                entry("HTTP_PORT", Integer.toString(port)),
                // All interfaces by default.
                entry("QUARKUS_HTTP_HOST", Ports.LOOPBACK),
                entry("REGISTRY_DATASOURCE_URL", jdbcUrl),
                entry("QUARKUS_DATASOURCE_JDBC_INITIAL_SIZE", "1"),
                entry("QUARKUS_DATASOURCE_JDBC_MIN_SIZE", "1"),
                entry("QUARKUS_DATASOURCE_JDBC_MAX_SIZE", "8"),
                entry("REGISTRY_RULES_GLOBAL_COMPATIBILITY", COMPATIBILITY),
                entry("ENABLE_CCOMPAT_CANONICAL_HASH_MODE", "true"),
                entry("LOG_LEVEL", "WARN"),
                entry("REGISTRY_LOG_LEVEL", "WARN"));
    }

    private void awaitReady() {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest ready =
                HttpRequest.newBuilder(
                                URI.create(
                                        "http://%s:%d/health/ready"
                                                .formatted(Ports.LOOPBACK, port)))
                        .timeout(Duration.ofSeconds(5))
                        .build();
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (System.nanoTime() < deadline) {
            if (answers(client, ready)) {
                return;
            }
            if (hasEnded()) {
                throw new StartupException(endedUnasked());
            }
        }
        throw new StartupException(
                "registry: not ready after %d s (expected: answers at %s): %s"
                        .formatted(START_LIMIT.toSeconds(), ready.uri(), lastLogLine()));
    }

    private static boolean answers(HttpClient client, HttpRequest request) {
        try {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == OK;
        } catch (IOException e) {
            return false; // Not listening yet.
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private boolean hasEnded() {
        try {
            return process.waitFor(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static StartupException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new StartupException("registry: interrupted while it started", e);
    }

    private void prepare() {
        try (SchemaRegistryClient client = RegistrySettings.of(url()).newClient()) {
            // The environment's setting is enforced, yet clients that ask are told NONE until it is
            // put.
            client.updateCompatibility(null, COMPATIBILITY);
            new KnownSchemas(store.knownIds()).verify(client);
        } catch (IOException | RestClientException e) {
            throw new StartupException("registry: %s".formatted(e.getMessage()), e);
        }
    }

    private String lastLogLine() {
        try {
            return Files.readString(store.log(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .reduce("", (first, second) -> second);
        } catch (IOException e) {
            return "(no log: %s)".formatted(e.getMessage());
        }
    }
}
