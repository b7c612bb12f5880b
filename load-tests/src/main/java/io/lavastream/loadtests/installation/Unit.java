package io.lavastream.loadtests.installation;

import io.lavastream.standalone.service.Role;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A part of the service as a process of its own that is started again whenever it ends, as systemd would with {@code
 * Restart=always}. Safe for use by several threads.
 */
public final class Unit implements AutoCloseable {
    private static final Duration RESTART_DELAY = Duration.ofSeconds(1);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

    private final Role role;
    private final ScheduledExecutorService supervisor;

    // Guarded by this.
    private ProcessBuilder command;
    private Process process;
    private CountDownLatch ready = new CountDownLatch(1);
    private int starts;
    private boolean held;
    private boolean closed;

    private Unit(Role role, ProcessBuilder command) {
        this.role = role;
        this.command = command;
        supervisor =
                Executors.newSingleThreadScheduledExecutor(
                        work -> {
                            Thread thread = new Thread(work, "supervisor-" + role);
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    /** Starts the process that {@code command} describes, which prints a line that begins with "ready" when it is. */
    public static Unit start(Role role, ProcessBuilder command) {
        Unit unit = new Unit(role, command);
        unit.launch();
        return unit;
    }

    public Role role() {
        return role;
    }

    /** The process of this moment, or the last one. */
    public synchronized ProcessHandle process() {
        return process.toHandle();
    }

    /** How often it was started again. */
    public synchronized int restarts() {
        return starts - 1;
    }

    /** Waits until the process of this moment, or the next one, says that it is ready; false after {@code limit}. */
    public boolean awaitReady(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() - end < 0) {
            CountDownLatch latch;
            synchronized (this) {
                latch = ready;
            }
            // Looks again now and then: the process that it waits for may have been replaced.
            if (latch.await(200, TimeUnit.MILLISECONDS)) {
                return true;
            }
        }
        return false;
    }

    /** Ends it as {@code kill -9} does. */
    public synchronized void kill() {
        ready = new CountDownLatch(1);
        process.destroyForcibly();
    }

    /** Asks it to stop, as {@code systemctl restart} does. */
    public synchronized void terminate() {
        ready = new CountDownLatch(1);
        askToStop(process);
    }

    /** Kills it and leaves it down until {@link #release}. Returns when it has ended. */
    public void hold() {
        Process ended;
        synchronized (this) {
            held = true;
            ready = new CountDownLatch(1);
            ended = process.destroyForcibly();
        }
        ended.onExit().join();
    }

    /** Starts it again. */
    public void release() {
        synchronized (this) {
            held = false;
        }
        launch();
    }

    /** Stops it, in order where it does so in time, and starts {@code other} in its place, from now on. */
    public void replace(ProcessBuilder other) throws InterruptedException {
        Process last;
        synchronized (this) {
            held = true;
            ready = new CountDownLatch(1);
            last = process;
            command = other;
        }
        try {
            stop(last);
        } finally {
            release();
        }
    }

    private synchronized void launch() {
        if (held || closed || (process != null && process.isAlive())) {
            return;
        }
        try {
            Process started = command.start();
            CountDownLatch itsReadiness = new CountDownLatch(1);
            process = started;
            ready = itsReadiness;
            starts++;
            Thread reader =
                    new Thread(() -> readOutput(started, itsReadiness), "output-of-" + role);
            reader.setDaemon(true);
            reader.start();
            var unused = started.onExit().thenRun(() -> ended(started));
        } catch (IOException e) {
            throw new UncheckedIOException(role.toString(), e);
        }
    }

    private synchronized void ended(Process which) {
        if (process != which || held || closed) {
            return;
        }
        ready = new CountDownLatch(1);
        var unused =
                supervisor.schedule(this::launch, RESTART_DELAY.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void readOutput(Process process, CountDownLatch ready) {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.startsWith("ready")) {
                    ready.countDown();
                }
            }
        } catch (IOException e) {
            // It was killed in the middle of a line.
        }
    }

    /** Ends the process for good: in order, or by force where it takes too long. */
    @Override
    public void close() {
        Process last;
        synchronized (this) {
            closed = true;
            last = process;
        }
        supervisor.shutdownNow();
        try {
            Signals.resume(last.toHandle());
            stop(last);
        } catch (IOException e) {
            last.destroyForcibly();
        } catch (InterruptedException e) {
            last.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** By its handle: {@link Process#destroy} also closes its input, which tells it that this process has died, and it halts. */
    private static void askToStop(Process process) {
        process.toHandle().destroy();
    }

    private static void stop(Process process) throws InterruptedException {
        askToStop(process);
        if (!process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
