package io.lavastream.engine.runtime;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Daemon threads with a name and a number, which know whose they are. */
final class NamedThreads implements ThreadFactory {
    private final ThreadGroup group;
    private final AtomicInteger number = new AtomicInteger();

    private final boolean standBack;

    NamedThreads(String name) {
        this(name, false);
    }

    private NamedThreads(String name, boolean standBack) {
        this.group = new ThreadGroup(name);
        this.standBack = standBack;
    }

    /** Threads that leave the processors to the others where they are too few for all. */
    static NamedThreads standingBack(String name) {
        return new NamedThreads(name, true);
    }

    @Override
    public Thread newThread(Runnable task) {
        Runnable work =
                () -> {
                    if (standBack) {
                        Niceness.standBack();
                    }
                    task.run();
                };
        Thread thread = new Thread(group, work, group.getName() + "-" + number.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    /** Whether the caller runs on one of these threads. */
    boolean isCurrent() {
        return Thread.currentThread().getThreadGroup() == group;
    }
}
