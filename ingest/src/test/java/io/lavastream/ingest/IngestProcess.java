package io.lavastream.ingest;

import io.lavastream.ingest.IngestConfig.Delivery;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Ingest in a process of its own, so that a test can kill it. */
final class IngestProcess implements AutoCloseable {
    private static final String RUNNING = "RUNNING";

    private final Process process;

    private IngestProcess(Process process) {
        this.process = process;
    }

    /** Usage: BOOTSTRAP_SERVERS LANE STATE_DIRECTORY DELIVERY. Runs until its input ends. */
    public static void main(String[] args) throws Exception {
        IngestConfig config =
                IngestConfig.defaults(
                                args[0],
                                Registries.withSchemasOf(args[1]),
                                IngestSettings.defaults(args[1]),
                                Path.of(args[2]))
                        .withDelivery(Delivery.valueOf(args[3]));
        try (IngestApplication application = IngestApplication.start(config)) {
            application.awaitRunning(Duration.ofSeconds(30));
            System.out.println(RUNNING);
            System.in.read();
        }
    }

    /** Returns when it is running. */
    static IngestProcess start(String bootstrapServers, String lane, Path stateDirectory)
            throws IOException {
        return start(bootstrapServers, lane, stateDirectory, Delivery.EXACTLY_ONCE);
    }

    static IngestProcess start(
            String bootstrapServers, String lane, Path stateDirectory, Delivery delivery)
            throws IOException {
        Process process =
                new ProcessBuilder(
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "-Xmx256m",
                                        "-XX:TieredStopAtLevel=1",
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        IngestProcess.class.getName(),
                                        bootstrapServers,
                                        lane,
                                        stateDirectory.toString(),
                                        delivery.name()))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String line = process.inputReader().readLine();
        if (!RUNNING.equals(line)) {
            process.destroyForcibly();
            throw new IOException("ingest printed %s (expected: %s)".formatted(line, RUNNING));
        }
        return new IngestProcess(process);
    }

    /** Ends it as a crash does: SIGKILL. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
