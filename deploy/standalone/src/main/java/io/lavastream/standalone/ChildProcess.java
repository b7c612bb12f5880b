package io.lavastream.standalone;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * What a child process runs: another main class, and beside it a thread that waits for the end of standard input. The
 * operating system closes that pipe when the parent ends, however it ends, so the child never outlives it. Uses the JDK
 * only: a child may have a class path of its own.
 */
public final class ChildProcess {
    private ChildProcess() {}

    /** Arguments: the main class, and its arguments. */
    public static void main(String[] arguments) throws Throwable {
        Thread watch = new Thread(ChildProcess::endWithParent, "end-with-parent");
        watch.setDaemon(true);
        watch.start();
        Class<?> program = Class.forName(arguments[0]);
        String[] remaining = Arrays.copyOfRange(arguments, 1, arguments.length);
        try {
            program.getMethod("main", String[].class).invoke(null, (Object) remaining);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static void endWithParent() {
        awaitEndOfInput();
        // At once, so that the next start finds its files unlocked: what was acknowledged is on
        // disk.
        Runtime.getRuntime().halt(0);
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
}
