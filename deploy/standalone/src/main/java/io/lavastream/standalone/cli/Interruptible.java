package io.lavastream.standalone.cli;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Things that are also closed, in reverse order, when the process is told to end by Ctrl-C or a signal. Their closing
 * twice must do no harm. Safe for use by several threads.
 */
final class Interruptible implements AutoCloseable {
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Thread hook = new Thread(this::closeAll, "shutdown");

    private Interruptible() {}

    /** Watches over {@code first}. */
    static Interruptible with(AutoCloseable first) {
        Interruptible interruptible = new Interruptible();
        interruptible.add(first);
        Runtime.getRuntime().addShutdownHook(interruptible.hook);
        return interruptible;
    }

    synchronized <T extends AutoCloseable> T add(T next) {
        open.push(next);
        return next;
    }

    /** Stops watching; closes nothing. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending: the hook does its work.
        }
    }

    private synchronized void closeAll() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                // The rest must be closed all the same, and the process ends anyway.
                System.err.println("lavastream: " + e);
            }
        }
    }
}
