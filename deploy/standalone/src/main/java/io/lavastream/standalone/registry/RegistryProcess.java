package io.lavastream.standalone.registry;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.Arrays;

/**
 * What the registry's process runs: the registry's own main class, and beside it a thread that waits for the end of
 * standard input. The operating system closes that pipe when the parent ends, however it ends, so the registry never
 * outlives it. Uses the JDK only: the registry has a class path of its own.
 */
public final class RegistryProcess {
    /** An orderly stop takes tenths of a second; what was acknowledged is on disk without it. */
    private static final Duration ORDERLY_STOP = Duration.ofSeconds(3);

    private RegistryProcess() {}

    /** Arguments: the registry's main class, and its arguments. */
    public static void main(String[] arguments) throws Throwable {
        daemon("end-with-parent", RegistryProcess::endWithParent);
        Class<?> registry = Class.forName(arguments[0]);
        String[] remaining = Arrays.copyOfRange(arguments, 1, arguments.length);
        try {
            registry.getMethod("main", String[].class).invoke(null, (Object) remaining);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static void endWithParent() {
        awaitEndOfInput();
        daemon("halt", RegistryProcess::haltAfterGrace);
        Runtime.getRuntime().exit(0);
    }

    private static void awaitEndOfInput() {
        try {
            while (System.in.read() >= 0) {
                // Nobody writes; only the end matters.
            }
        } catch (IOException e) {
            // A broken pipe is an end, too.
        }
    }

    private static void haltAfterGrace() {
        try {
            Thread.sleep(ORDERLY_STOP.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(0);
    }

    private static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }
}
