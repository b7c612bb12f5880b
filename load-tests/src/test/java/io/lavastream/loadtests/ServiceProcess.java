package io.lavastream.loadtests;

import io.lavastream.serialization.RegistrySettings;
import io.lavastream.standalone.client.Cluster;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code lavastream serve} as a process of its own, which can be killed. */
public final class ServiceProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final Pattern BROKER = Pattern.compile("bootstrap-servers: (\\S+)");
    private static final Pattern REGISTRY = Pattern.compile("schema-registry-url: (\\S+)");
    private static final List<String> INHERITED =
            List.of("lavastream.home", "lavastream.registry.home");

    private final Process process;
    private final CompletableFuture<Cluster> ready = new CompletableFuture<>();

    private ServiceProcess(Process process) {
        this.process = process;
        Thread reader = new Thread(this::readOutput, "service-output");
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts {@code serve} with these further arguments and returns when it is ready to answer. */
    public static ServiceProcess start(Path log, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-Xmx768m",
                        "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
                        "-Dorg.apache.avro.SERIALIZABLE_PACKAGES=io.lavastream.schemas"));
        for (String name : INHERITED) {
            command.add("-D%s=%s".formatted(name, System.getProperty(name)));
        }
        command.addAll(
                List.of(
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.lavastream.standalone.cli.Lavastream"));
        command.add("serve");
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("TF_CPP_MIN_LOG_LEVEL", "2");
        ServiceProcess service = new ServiceProcess(builder.start());
        try {
            service.cluster();
            return service;
        } catch (Exception e) {
            service.kill();
            throw new IllegalStateException("serve did not start, see " + log, e);
        }
    }

    /** Where its topics are. */
    public Cluster cluster() throws Exception {
        return ready.get(START_LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    /** Ends it as {@code kill -9} does. */
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Its resident memory, with that of its children, as Linux counts it. */
    public long residentKilobytes() throws IOException {
        long sum = residentKilobytes(process.toHandle());
        for (ProcessHandle child : process.descendants().toList()) {
            sum += residentKilobytes(child);
        }
        return sum;
    }

    private static long residentKilobytes(ProcessHandle process) throws IOException {
        for (String line :
                Files.readAllLines(Path.of("/proc/%d/status".formatted(process.pid())))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        return 0; // It has just ended.
    }

    /** Asks it to stop and waits. */
    @Override
    public void close() {
        process.destroy();
        try {
            process.onExit().get(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            kill();
            throw new IllegalStateException("serve did not stop in order within " + STOP_LIMIT, e);
        }
    }

    private void readOutput() {
        try (BufferedReader output =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String broker = "";
            String registry = "";
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                broker = first(BROKER, line, broker);
                registry = first(REGISTRY, line, registry);
                if (line.startsWith("ready")) {
                    ready.complete(new Cluster(broker, RegistrySettings.of(registry), Map.of()));
                }
            }
            ready.completeExceptionally(new IllegalStateException("serve ended"));
        } catch (IOException e) {
            ready.completeExceptionally(e);
        }
    }

    private static String first(Pattern pattern, String line, String otherwise) {
        Matcher matcher = pattern.matcher(line);
        return matcher.find() ? matcher.group(1) : otherwise;
    }
}
