package io.lavastream.engine.runtime;

import java.time.Clock;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * Time as it is passed in.
 *
 * @param calendar what deadlines are compared with
 * @param nanoTime monotonic nanoseconds for durations
 */
record Clocks(InstantSource calendar, LongSupplier nanoTime) {
    static Clocks system() {
        return new Clocks(Clock.systemUTC(), System::nanoTime);
    }
}
