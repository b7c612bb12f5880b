package io.lavastream.standalone;

import java.io.PrintStream;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Tells a waiting person what is being done: on a terminal in one line that is rewritten, elsewhere in a line now and
 * then, and nothing at all for what is quick. Safe for use by several threads; steps may run side by side.
 */
public final class Progress implements AutoCloseable {
    private static final long TICK_MILLIS = 500;
    private static final double QUICK_SECONDS = 2;
    private static final double BETWEEN_LINES_SECONDS = 10;
    private static final String REWRITE = "\r\u001b[K";

    private final PrintStream err;
    private final boolean terminal;
    private final LongSupplier nanos;
    private final ScheduledExecutorService ticker;
    private final Set<Step> running = new LinkedHashSet<>();
    private boolean lineShown;
    private long lastLine;

    private Progress(
            PrintStream err,
            boolean terminal,
            LongSupplier nanos,
            ScheduledExecutorService ticker) {
        this.err = err;
        this.terminal = terminal;
        this.nanos = nanos;
        this.ticker = ticker;
        lastLine = nanos.getAsLong();
    }

    /** Shows steps on {@code err}, looking at the time by itself. */
    public static Progress on(PrintStream err, boolean terminal) {
        ScheduledExecutorService ticker =
                Executors.newSingleThreadScheduledExecutor(
                        work -> {
                            Thread thread = new Thread(work, "progress");
                            thread.setDaemon(true);
                            return thread;
                        });
        Progress progress = new Progress(err, terminal, System::nanoTime, ticker);
        var unused =
                ticker.scheduleWithFixedDelay(
                        progress::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        return progress;
    }

    /** Shows steps whenever {@link #tick} is called. */
    static Progress manual(PrintStream err, boolean terminal, LongSupplier nanos) {
        return new Progress(err, terminal, nanos, null);
    }

    /** Something that takes a while, from its creation to its closing. */
    public final class Step implements AutoCloseable {
        private final String name;
        private final long begin = nanos.getAsLong();
        private volatile String note = "";

        private Step(String name) {
            this.name = name;
        }

        /** How far it is, in words. */
        public void note(String text) {
            note = text;
        }

        @Override
        public void close() {
            finished(this);
        }

        private double seconds() {
            return (nanos.getAsLong() - begin) / 1e9;
        }

        private String shown() {
            return String.format(Locale.ROOT, "%s %.0f s %s", name, seconds(), note).strip();
        }
    }

    /** Begins a step; the caller closes it. */
    public synchronized Step begin(String name) {
        Step step = new Step(name);
        running.add(step);
        return step;
    }

    /** Does {@code work} as a step. */
    public <T> T step(String name, Supplier<T> work) {
        Step step = begin(name);
        try {
            return work.get();
        } finally {
            step.close();
        }
    }

    /** Does {@code work} as a step. */
    public void step(String name, Runnable work) {
        Step step = begin(name);
        try {
            work.run();
        } finally {
            step.close();
        }
    }

    synchronized void tick() {
        String steps = running.stream().map(Step::shown).collect(Collectors.joining(", "));
        if (terminal) {
            if (!steps.isEmpty()) {
                err.print(REWRITE + steps);
                err.flush();
                lineShown = true;
            }
        } else if (!steps.isEmpty() && isTimeForALine()) {
            lastLine = nanos.getAsLong();
            err.println(steps);
        }
    }

    private boolean isTimeForALine() {
        return (nanos.getAsLong() - lastLine) / 1e9 >= BETWEEN_LINES_SECONDS
                && running.stream().anyMatch(step -> step.seconds() >= BETWEEN_LINES_SECONDS);
    }

    private synchronized void finished(Step step) {
        running.remove(step);
        clearLine();
        if (terminal && step.seconds() >= QUICK_SECONDS) {
            err.println(step.shown());
        }
    }

    private void clearLine() {
        if (lineShown) {
            err.print(REWRITE);
            err.flush();
            lineShown = false;
        }
    }

    @Override
    public void close() {
        if (ticker != null) {
            ticker.shutdownNow();
        }
        synchronized (this) {
            clearLine();
        }
    }
}
