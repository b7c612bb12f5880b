package io.lavastream.loadtests.bench;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The time of one piece of work, ours and, where there is one, the peer's: median seconds.
 *
 * <p>Measured in turns, so that what else the machine does hits both. A shared machine is slower for some seconds and then again is not, so
 * the floor is measured right before and behind our time, and compared turn by turn.
 *
 * @param floorRatio the median of what our time is over the floor's in each turn
 */
record Turns(double ours, OptionalDouble peer, OptionalDouble floorRatio) {
    /** ONNX Runtime's idle threads go on in a loop for some 40 ms before they sleep. */
    private static final long PAUSE_MILLIS = 100;

    /** What the machine itself takes for the same work. */
    interface Floor {
        /** What was measured before counts no more. */
        void begin();

        void measure();

        /** Median seconds of what was measured since it began. */
        double seconds();
    }

    /**
     * Does the work in {@code rounds} turns, {@code times} each. Where that is more than once, it is short, and done once more before it is
     * timed, because the caches are another's then.
     */
    static Turns take(
            int rounds, int times, Optional<Floor> floor, Runnable ours, Optional<Runnable> peer) {
        Samples own = new Samples();
        Samples others = new Samples();
        Samples ratios = new Samples();
        for (int round = 0; round < rounds; round++) {
            pause();
            floor.ifPresent(Floor::begin);
            floor.ifPresent(Floor::measure);
            Samples now = time(times, ours);
            floor.ifPresent(Floor::measure);
            floor.ifPresent(machine -> ratios.add(now.median() / machine.seconds()));
            own.addAll(now);
            peer.ifPresent(
                    work -> {
                        pause();
                        others.addAll(time(times, work));
                    });
        }
        return new Turns(own.median(), median(others), median(ratios));
    }

    /** Our speed over the peer's. */
    OptionalDouble ratio() {
        return peer.isPresent()
                ? OptionalDouble.of(peer.getAsDouble() / ours)
                : OptionalDouble.empty();
    }

    private static OptionalDouble median(Samples samples) {
        return samples.size() > 0 ? OptionalDouble.of(samples.median()) : OptionalDouble.empty();
    }

    private static Samples time(int times, Runnable work) {
        if (times > 1) {
            work.run();
        }
        Samples seconds = new Samples();
        for (int i = 0; i < times; i++) {
            long begin = System.nanoTime();
            work.run();
            seconds.add((System.nanoTime() - begin) / 1e9);
        }
        return seconds;
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
