package io.lavastream.loadtests.bench;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The time of one piece of work, ours and, where there is one, the peer's: median seconds.
 *
 * <p>Measured in turns, so that what else the machine does hits both.
 */
record Turns(double ours, OptionalDouble peer) {
    /** ONNX Runtime's idle threads go on in a loop for some 40 ms before they sleep. */
    private static final long PAUSE_MILLIS = 100;

    /** Does nothing between the turns. */
    static final Runnable NOTHING = () -> {};

    /**
     * Does the work in {@code rounds} turns, each once untimed, because the caches are the other's then, and {@code times} timed.
     *
     * @param between is done before each turn and after the last: what measures the machine
     */
    static Turns take(
            int rounds, int times, Runnable between, Runnable ours, Optional<Runnable> peer) {
        Samples own = new Samples();
        Samples others = new Samples();
        for (int round = 0; round < rounds; round++) {
            between.run();
            time(times, ours, own);
            peer.ifPresent(work -> time(times, work, others));
        }
        between.run();
        return new Turns(
                own.median(),
                peer.isPresent() ? OptionalDouble.of(others.median()) : OptionalDouble.empty());
    }

    /** Our speed over the peer's. */
    OptionalDouble ratio() {
        return peer.isPresent()
                ? OptionalDouble.of(peer.getAsDouble() / ours)
                : OptionalDouble.empty();
    }

    private static void time(int times, Runnable work, Samples seconds) {
        pause();
        work.run();
        for (int i = 0; i < times; i++) {
            long begin = System.nanoTime();
            work.run();
            seconds.add((System.nanoTime() - begin) / 1e9);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted between two turns", e);
        }
    }
}
