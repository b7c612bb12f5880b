package io.lavastream.engine.runtime;

/** Waits whatever interrupts come, and passes them on afterwards: half a close would leak native memory, half a step leave it to others. */
final class Uninterruptibly {
    private Uninterruptibly() {}

    interface InterruptibleWait {
        boolean await() throws InterruptedException;
    }

    /** What {@code wait} returns, which is called again after each interrupt. */
    static boolean await(InterruptibleWait wait) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return wait.await();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
