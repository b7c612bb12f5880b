package io.lavastream.loadtests.bench.pipeline;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** When questions come: at moments that know nothing of each other, as those of many clients (a Poisson process). */
final class Arrivals {
    private Arrivals() {}

    /** Nanoseconds from the beginning, in order, all below {@code length}. The seed decides all of them. */
    static List<Long> of(double perSecond, Duration length, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Long> arrivals = new ArrayList<>();
        double meanNanos = 1e9 / perSecond;
        double at = 0;
        while (true) {
            at += -Math.log(1 - random.nextDouble()) * meanNanos;
            if (at >= length.toNanos()) {
                return arrivals;
            }
            arrivals.add((long) at);
        }
    }
}
