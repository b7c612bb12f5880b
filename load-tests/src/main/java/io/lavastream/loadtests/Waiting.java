package io.lavastream.loadtests;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for what other threads do. */
public final class Waiting {
    private Waiting() {}

    /**
     * Waits until {@code condition} holds; false after {@code limit}.
     *
     * @param monitor held by the caller; whoever changes what the condition looks at holds it, too, and notifies all
     */
    public static boolean on(Object monitor, BooleanSupplier condition, Duration limit)
            throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(monitor, left);
        }
        return true;
    }
}
