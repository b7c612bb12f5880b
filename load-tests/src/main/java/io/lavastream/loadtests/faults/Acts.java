package io.lavastream.loadtests.faults;

import io.lavastream.loadtests.Directories;
import io.lavastream.loadtests.installation.Installation;
import io.lavastream.loadtests.installation.Layout;
import io.lavastream.loadtests.installation.Signals;
import io.lavastream.loadtests.installation.StateDisk;
import io.lavastream.loadtests.installation.Unit;
import io.lavastream.standalone.service.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** How each fault is made. Every method returns when the fault is over; what died is started again by its unit. */
final class Acts {
    /** Ingest's transactions and sessions end after 10 s, which the broker looks at every 10 s. */
    private static final Duration LONGER_THAN_EVERY_TIMEOUT = Duration.ofSeconds(25);

    private static final Duration SECOND_COPY_LIMIT = Duration.ofSeconds(90);
    private static final Duration DEADLY_LIMIT = Duration.ofMinutes(3);
    private static final int CANNOT_RUN_AS_ASKED = 2;

    /** Deaths that one record may cause. */
    static final int MOST_DEATHS = 3;

    private Acts() {}

    static void kill(Installation installation, Load load, Role struck, Duration length) {
        installation.unit(struck).kill();
    }

    static void restart(Installation installation, Load load, Role struck, Duration length) {
        installation.unit(struck).terminate();
    }

    static void pause(Installation installation, Load load, Role struck, Duration length)
            throws IOException, InterruptedException {
        ProcessHandle paused = installation.unit(struck).process();
        Signals.pause(paused);
        try {
            sleep(length);
        } finally {
            Signals.resume(paused);
        }
    }

    static void longPause(Installation installation, Load load, Role struck, Duration length)
            throws IOException, InterruptedException {
        pause(installation, load, struck, LONGER_THAN_EVERY_TIMEOUT);
    }

    static void outage(Installation installation, Load load, Role struck, Duration length)
            throws InterruptedException {
        whileHeld(installation, struck, () -> sleep(LONGER_THAN_EVERY_TIMEOUT));
    }

    /** It finds no registry, and must neither work without nor give anything up. */
    static void killWithoutRegistry(
            Installation installation, Load load, Role struck, Duration length)
            throws InterruptedException {
        whileHeld(
                installation,
                Role.REGISTRY,
                () -> {
                    installation.unit(struck).kill();
                    sleep(length);
                });
    }

    /** A running part may not notice for minutes; one that starts does. */
    static void fillDiskAndKill(Installation installation, Load load, Role struck, Duration length)
            throws IOException, InterruptedException {
        StateDisk disk = installation.disk(struck);
        try {
            disk.fill();
            installation.unit(struck).kill();
            sleep(length);
        } finally {
            disk.free();
        }
    }

    /** Leaves zeros for half of its metadata, as a write that a power cut tore. */
    static void corruptCheckpoint(
            Installation installation, Load load, Role struck, Duration length)
            throws IOException, InterruptedException {
        whileHeld(
                installation,
                struck,
                () -> {
                    List<Path> newestFirst = checkpoints(installation);
                    if (!newestFirst.isEmpty()) {
                        Path metadata = newestFirst.get(0).resolve("_metadata");
                        byte[] bytes = Files.readAllBytes(metadata);
                        Files.write(
                                metadata,
                                new byte[bytes.length / 2],
                                StandardOpenOption.TRUNCATE_EXISTING);
                    }
                });
    }

    static void deleteCheckpoints(
            Installation installation, Load load, Role struck, Duration length)
            throws IOException, InterruptedException {
        whileHeld(
                installation, struck, () -> Directories.deleteWhatIsIn(installation.checkpoints()));
    }

    /** Refuses the process any further address space: the next large tensor or thread finds no memory. */
    static void exhaustMemory(Installation installation, Load load, Role struck, Duration length)
            throws IOException, InterruptedException {
        long pid = installation.unit(struck).process().pid();
        limitAddressSpace(pid, "1");
        try {
            sleep(length);
        } finally {
            // Fails where the process has died of it, which is as good.
            limitAddressSpace(pid, "unlimited");
        }
    }

    private static void limitAddressSpace(long pid, String bytes)
            throws IOException, InterruptedException {
        new ProcessBuilder("prlimit", "--pid", Long.toString(pid), "--as=" + bytes + ":unlimited")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    /** The job dies of it at most three times; then the record has failed for good, and everybody else is answered. */
    static void deadlyRecord(Installation installation, Load load, Role struck, Duration length)
            throws InterruptedException {
        Unit job = installation.unit(Role.JOB);
        job.replace(installation.job(new Layout.Own(HaltingJob.class, List.of())));
        try {
            requireReady(job);
            int before = job.restarts();
            boolean closed = load.sendAndAwait(HaltingJob.DEADLY, DEADLY_LIMIT);
            int deaths = job.restarts() - before;
            if (!closed || deaths < 1 || deaths > MOST_DEATHS) {
                throw new IllegalStateException(
                        "a deadly record: %d deaths, %s (expected: 1 to %d, and an outcome)"
                                .formatted(
                                        deaths,
                                        closed ? "an outcome" : "no outcome within " + DEADLY_LIMIT,
                                        MOST_DEATHS));
            }
            requireReady(job);
        } finally {
            job.replace(installation.serve(Role.JOB, installation.disk(Role.JOB)));
        }
    }

    private static void requireReady(Unit unit) throws InterruptedException {
        if (!unit.awaitReady(SECOND_COPY_LIMIT)) {
            throw new IllegalStateException(
                    "%s: not ready after %s".formatted(unit.role(), SECOND_COPY_LIMIT));
        }
    }

    /** It must refuse to start, and say so; the first one goes on. */
    static void secondJob(Installation installation, Load load, Role struck, Duration length)
            throws IOException, InterruptedException {
        Process second = installation.serve(Role.JOB, installation.disk(Role.JOB)).start();
        try {
            if (!second.waitFor(SECOND_COPY_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(
                        "a second job on the same directory still runs after %s (expected: it ends with %d)"
                                .formatted(SECOND_COPY_LIMIT, CANNOT_RUN_AS_ASKED));
            }
            if (second.exitValue() != CANNOT_RUN_AS_ASKED) {
                throw new IllegalStateException(
                        "a second job on the same directory ended with %d (expected: %d)"
                                .formatted(second.exitValue(), CANNOT_RUN_AS_ASKED));
            }
        } finally {
            second.destroyForcibly();
        }
    }

    static void secondJobElsewhere(
            Installation installation, Load load, Role struck, Duration length)
            throws IOException, InterruptedException {
        beside(installation, Role.JOB, length);
    }

    static void rebalance(Installation installation, Load load, Role struck, Duration length)
            throws IOException, InterruptedException {
        beside(installation, Role.INGEST, length);
    }

    /** A second process works beside the first one for {@code length} from its start on, then is killed. */
    private static void beside(Installation installation, Role role, Duration length)
            throws IOException, InterruptedException {
        try (StateDisk disk = installation.newDisk();
                Unit second = Unit.start(role, installation.serve(role, disk))) {
            if (!second.awaitReady(SECOND_COPY_LIMIT)) {
                throw new IllegalStateException(
                        "a second %s is not ready after %s (expected: it works beside the first)"
                                .formatted(role, SECOND_COPY_LIMIT));
            }
            sleep(length);
            second.hold();
        }
    }

    /** Work that is done while a process is down. */
    private interface Work<E extends Exception> {
        void run() throws E, InterruptedException;
    }

    private static <E extends Exception> void whileHeld(
            Installation installation, Role role, Work<E> work) throws E, InterruptedException {
        Unit unit = installation.unit(role);
        unit.hold();
        try {
            work.run();
        } finally {
            unit.release();
        }
    }

    /** Directories of complete checkpoints, the highest number first. */
    private static List<Path> checkpoints(Installation installation) throws IOException {
        if (!Files.isDirectory(installation.checkpoints())) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(installation.checkpoints(), 2)) {
            return files.filter(path -> path.getFileName().toString().matches("chk-\\d+"))
                    .filter(path -> Files.exists(path.resolve("_metadata")))
                    .sorted(Comparator.comparingLong(Acts::number).reversed())
                    .toList();
        }
    }

    private static long number(Path checkpoint) {
        return Long.parseLong(checkpoint.getFileName().toString().substring("chk-".length()));
    }

    private static void sleep(Duration length) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(length.toNanos());
    }
}
