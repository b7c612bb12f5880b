package io.lavastream.engine.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Runs tasks on a pool. Those of the engine thread wait for the end of its step and then go together: each would wake a thread
 * of its own, and that costs the engine thread as much as all the rest of a step.
 */
final class Handover implements Executor {
    private final Executor pool;
    private List<Runnable> held = new ArrayList<>(); // touched by the engine thread only
    private volatile Thread engineThread;

    Handover(Executor pool) {
        this.pool = pool;
    }

    /** The calling thread is the engine thread from now on. */
    void begin() {
        engineThread = Thread.currentThread();
    }

    @Override
    public void execute(Runnable task) {
        if (Thread.currentThread() == engineThread) {
            held.add(task);
        } else {
            start(task);
        }
    }

    /** The engine thread's step has ended; called by it. */
    void flush() {
        if (held.isEmpty()) {
            return;
        }
        List<Runnable> tasks = held;
        held = new ArrayList<>();
        start(tasks.size() == 1 ? tasks.get(0) : () -> tasks.forEach(this::start));
    }

    /** Where the system gives no more threads, on this one: outcomes are not lost. */
    private void start(Runnable task) {
        try {
            pool.execute(task);
        } catch (OutOfMemoryError e) {
            task.run();
        }
    }
}
