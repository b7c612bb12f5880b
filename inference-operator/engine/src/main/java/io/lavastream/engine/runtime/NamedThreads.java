package io.lavastream.engine.runtime;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Daemon threads with a name and a number, which know whose they are. */
final class NamedThreads implements ThreadFactory {
    private final ThreadGroup group;
    private final AtomicInteger number = new AtomicInteger();

    NamedThreads(String name) {
        this.group = new ThreadGroup(name);
    }

    @Override
    public Thread newThread(Runnable task) {
        Thread thread = new Thread(group, task, group.getName() + "-" + number.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    /** Whether the caller runs on one of these threads. */
    boolean isCurrent() {
        return Thread.currentThread().getThreadGroup() == group;
    }
}
