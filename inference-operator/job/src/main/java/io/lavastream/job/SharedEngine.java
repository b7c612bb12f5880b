package io.lavastream.job;

import io.lavastream.engine.InferenceEngine;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The one engine that all tasks of a process share. It opens with its first lease and closes with its last.
 *
 * <p>The map below is static, against our habits: Flink creates a task's functions itself, from serialized copies, and
 * offers them nothing else that they have in common. Every use of it goes through {@link #lease} and
 * {@link Lease#close}.
 */
final class SharedEngine {
    private static final Map<EngineSupplier, SharedEngine> OPEN = new HashMap<>();

    private final EngineSupplier supplier;
    private final InferenceEngine engine;
    private int leases;
    private int places;

    private SharedEngine(EngineSupplier supplier, InferenceEngine engine) {
        this.supplier = supplier;
        this.engine = engine;
    }

    /**
     * Takes part in the process's engine, opening it if need be; others that ask meanwhile wait.
     *
     * @param places most requests that the holder will have in progress; 0 only keeps the engine open
     * @throws IllegalStateException when the engine has not that many places left, so that it would have to refuse
     *     requests with {@code OVERLOADED}
     */
    static Lease lease(EngineSupplier supplier, int places) {
        return lease(supplier, places, supplier::open);
    }

    /** As {@link #lease(EngineSupplier, int)}; an engine that is not open yet is opened by {@code opener}. */
    static Lease lease(EngineSupplier supplier, int places, Supplier<InferenceEngine> opener) {
        synchronized (OPEN) {
            SharedEngine shared = OPEN.get(supplier);
            if (shared == null) {
                shared = new SharedEngine(supplier, opener.get());
                OPEN.put(supplier, shared);
            }
            return shared.take(places);
        }
    }

    private Lease take(int wanted) {
        int capacity = engine.capacity();
        if (wanted > capacity - places) {
            if (leases == 0) {
                shut();
            }
            throw new IllegalStateException(
                    "capacities of all lanes and subtasks of this process: %d, of which %d are taken"
                                    .formatted(places + wanted, places)
                            + " (expected: at most the engine's capacity, %d)".formatted(capacity));
        }
        leases++;
        places += wanted;
        return new Lease(wanted);
    }

    private void giveBack(int returned) {
        synchronized (OPEN) {
            leases--;
            places -= returned;
            if (leases == 0) {
                shut();
            }
        }
    }

    private void shut() {
        OPEN.remove(supplier);
        engine.close();
    }

    /** A share in the engine. Closing it twice has no further effect. Not thread-safe. */
    final class Lease implements AutoCloseable {
        private final int taken;
        private boolean closed;

        private Lease(int taken) {
            this.taken = taken;
        }

        InferenceEngine engine() {
            return engine;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                giveBack(taken);
            }
        }
    }
}
