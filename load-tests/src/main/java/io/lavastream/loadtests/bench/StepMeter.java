package io.lavastream.loadtests.bench;

import io.lavastream.engine.runtime.LlavaEngine;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * What a decode step costs the engine's own thread: scheduling, feeding, fetching, choosing tokens, text. TensorFlow computes on
 * threads of its own meanwhile, so that the processor time of the engine's thread is what is spent outside of it.
 */
final class StepMeter {
    private static final String ENGINE_THREAD = "lavastream-engine";

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private StepMeter() {}

    /**
     * One moment.
     *
     * @param steps that the engine has made
     * @param cpuNanos processor time of its thread
     * @param wallNanos in {@link System#nanoTime}
     */
    record Reading(long steps, long cpuNanos, long wallNanos) {
        /** Milliseconds of processor time a step, since {@code earlier}. */
        double cpuPerStep(Reading earlier) {
            return (cpuNanos - earlier.cpuNanos) / 1e6 / (steps - earlier.steps);
        }

        /** Milliseconds a step, since {@code earlier}. */
        double wallPerStep(Reading earlier) {
            return (wallNanos - earlier.wallNanos) / 1e6 / (steps - earlier.steps);
        }
    }

    static Reading read(LlavaEngine engine) {
        return new Reading(
                engine.metrics().decodeSteps(),
                THREADS.getThreadCpuTime(engineThread()),
                System.nanoTime());
    }

    private static long engineThread() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(ENGINE_THREAD))
                .mapToLong(Thread::getId)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no thread " + ENGINE_THREAD));
    }
}
