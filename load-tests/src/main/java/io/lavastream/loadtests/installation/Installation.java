package io.lavastream.loadtests.installation;

import io.lavastream.serialization.RegistrySettings;
import io.lavastream.standalone.ChildProcess;
import io.lavastream.standalone.Ports;
import io.lavastream.standalone.cli.DeliveryName;
import io.lavastream.standalone.client.Cluster;
import io.lavastream.standalone.service.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The whole service, each role a process of its own that is started again when it ends. All processes end with this
 * one, however it ends. Safe for use by several threads.
 */
public final class Installation implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(3);
    private static final int INGEST_DISK_MEBIBYTES = 256;
    private static final int JOB_DISK_MEBIBYTES = 32;

    /** Along the data's way: closed in reverse. */
    private static final List<Role> ORDER =
            List.of(Role.BROKER, Role.REGISTRY, Role.JOB, Role.INGEST);

    private final Path directory;
    private final Layout layout;
    private final Path logs;
    private final Cluster cluster;
    private final Map<Role, StateDisk> disks = new EnumMap<>(Role.class);
    private final Map<Role, Unit> units = new EnumMap<>(Role.class);
    private final Optional<String> disksRefused;

    private Installation(Path directory, Layout layout) throws IOException {
        this.directory = directory;
        this.layout = layout;
        logs = Files.createDirectories(directory.resolve("logs"));
        cluster =
                new Cluster(
                        Ports.LOOPBACK + ":" + Ports.claim("broker-port", Ports.ANY),
                        RegistrySettings.of(
                                "http://%s:%d/apis/ccompat/v7"
                                        .formatted(
                                                Ports.LOOPBACK,
                                                Ports.claim("registry-port", Ports.ANY))),
                        Map.of());
        disks.put(Role.BROKER, StateDisk.ordinary(directory.resolve("broker")));
        disks.put(Role.REGISTRY, StateDisk.ordinary(directory.resolve("registry")));
        disksRefused = layout.smallDisks() ? addSmallDisks() : addOrdinaryDisks();
    }

    private Optional<String> addOrdinaryDisks() throws IOException {
        disks.put(Role.INGEST, StateDisk.ordinary(directory.resolve("ingest")));
        disks.put(Role.JOB, StateDisk.ordinary(directory.resolve("job")));
        return Optional.empty();
    }

    /** Returns the system's words where it does not permit disks of our own. */
    private Optional<String> addSmallDisks() throws IOException {
        Path ingest = directory.resolve("ingest");
        Path job = directory.resolve("job");
        try {
            disks.put(Role.INGEST, StateDisk.small(ingest, INGEST_DISK_MEBIBYTES));
            disks.put(Role.JOB, StateDisk.small(job, JOB_DISK_MEBIBYTES));
            return Optional.empty();
        } catch (IOException e) {
            disks.putIfAbsent(Role.INGEST, StateDisk.ordinary(ingest));
            disks.put(Role.JOB, StateDisk.ordinary(job));
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Starts everything and returns when it is ready.
     *
     * @param directory new or empty, absolute; logs are under it
     * @throws IllegalStateException naming the part that is not ready, and its log
     */
    public static Installation start(Path directory, Layout layout)
            throws IOException, InterruptedException {
        Installation installation = new Installation(directory, layout);
        try {
            for (Role role : List.of(Role.BROKER, Role.REGISTRY)) {
                installation.launch(role);
            }
            installation.awaitReady(); // The others would end without them, and start again.
            for (Role role : List.of(Role.JOB, Role.INGEST)) {
                installation.launch(role);
            }
            installation.awaitReady();
            return installation;
        } catch (RuntimeException | Error | InterruptedException e) {
            installation.close();
            throw e;
        }
    }

    private void launch(Role role) {
        ProcessBuilder command = serve(role, disks.get(role));
        units.put(role, Unit.start(role, command));
    }

    /** Waits until every part is ready. */
    public void awaitReady() throws InterruptedException {
        for (Unit unit : units.values()) {
            if (!unit.awaitReady(START_LIMIT)) {
                throw new IllegalStateException(
                        "%s: not ready after %d s (log: %s)"
                                .formatted(unit.role(), START_LIMIT.toSeconds(), log(unit.role())));
            }
        }
    }

    public Cluster cluster() {
        return cluster;
    }

    public Unit unit(Role role) {
        return units.get(role);
    }

    public StateDisk disk(Role role) {
        return disks.get(role);
    }

    /** The job's checkpoints, as this process sees them. */
    public Path checkpoints() {
        return disk(Role.JOB).fromOutside().resolve("checkpoints");
    }

    /** Why no disk can be full; empty where it can. */
    public Optional<String> disksRefused() {
        return disksRefused;
    }

    /** A directory that nothing uses yet. */
    public StateDisk newDisk() throws IOException {
        return StateDisk.ordinary(Files.createTempDirectory(directory, "another-"));
    }

    public Path log(Role role) {
        return logs.resolve(role + ".log");
    }

    /** How a process of {@code role} is started that keeps its state on {@code disk}. */
    public ProcessBuilder serve(Role role, StateDisk disk) {
        List<String> program = new ArrayList<>();
        program.addAll(List.of("io.lavastream.standalone.cli.Lavastream", "serve"));
        program.addAll(List.of("--roles", role.toString()));
        program.addAll(List.of("--data", disk.directory().toString()));
        program.addAll(addresses(role));
        return switch (role) {
            case BROKER, REGISTRY -> process(role, disk, program);
            case INGEST -> {
                program.addAll(List.of("--delivery", DeliveryName.of(layout.delivery())));
                yield process(role, disk, program);
            }
            case JOB -> job(layout.job(), disk, program);
        };
    }

    /** Another job in the place of the layout's, on the same state. */
    public ProcessBuilder job(Layout.Own job) {
        return job(job, disk(Role.JOB), List.of());
    }

    private ProcessBuilder job(Layout.Job job, StateDisk disk, List<String> serve) {
        return process(
                Role.JOB,
                disk,
                job.program(
                        cluster.bootstrapServers(),
                        cluster.registry().url(),
                        disk.directory(),
                        serve));
    }

    /** A program in a JVM of its own that ends with this process. */
    private ProcessBuilder process(Role role, StateDisk disk, List<String> program) {
        List<String> command = new ArrayList<>(disk.prefix());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(layout.jvmOptions());
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(ChildProcess.class.getName());
        command.addAll(program);
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.appendTo(log(role).toFile()));
        builder.environment().putAll(layout.environment());
        return builder;
    }

    /** What a role does not run itself, and where what it runs listens: the same after a restart. */
    private List<String> addresses(Role role) {
        return switch (role) {
            case BROKER -> List.of("--broker-port", portOf(cluster.bootstrapServers()));
            case REGISTRY ->
                    List.of(
                            "--registry-port",
                            portOf(cluster.registry().url().replaceFirst("/apis.*", "")));
            case INGEST, JOB ->
                    List.of(
                            "--bootstrap-servers",
                            cluster.bootstrapServers(),
                            "--schema-registry-url",
                            cluster.registry().url());
        };
    }

    private static String portOf(String address) {
        return address.substring(address.lastIndexOf(':') + 1);
    }

    /** Ends all processes; files stay. */
    @Override
    public void close() {
        for (int i = ORDER.size() - 1; i >= 0; i--) {
            Unit unit = units.get(ORDER.get(i));
            if (unit != null) {
                unit.close();
            }
        }
        disks.values().forEach(StateDisk::close);
    }
}
