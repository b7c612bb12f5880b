package io.lavastream.job;

import io.lavastream.engine.InferenceEngine;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one engine that all tasks of a process share. It opens with its first lease and closes with its last.
 *
 * <p>The map below is static, against our habits: Flink creates a task's functions itself, from serialized copies, and
 * offers them nothing else that they have in common. Every use of it goes through {@link #lease} and
 * {@link Lease#close}.
 */
final class SharedEngine {
    private static final Logger LOG = LoggerFactory.getLogger(SharedEngine.class);

    private static final Map<EngineSupplier, SharedEngine> OPEN = new HashMap<>();

    private final EngineSupplier supplier;
    private final InferenceEngine engine;
    private final EngineEntrance entrance;
    private int leases;
    private int places;

    private SharedEngine(EngineSupplier supplier, InferenceEngine engine, Optional<Path> journal) {
        this.supplier = supplier;
        this.engine = engine;
        entrance = new EngineEntrance(engine, journal.flatMap(this::open));
    }

    /** Answers are worth more than knowing what an earlier process died of. */
    private Optional<CrashJournal> open(Path journal) {
        try {
            return Optional.of(CrashJournal.open(journal, engine.capacity()));
        } catch (UncheckedIOException e) {
            LOG.warn("which requests end the process is not remembered: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * Takes part in the process's engine, opening it if need be; others that ask meanwhile wait.
     *
     * @param places most requests that the holder will have in progress; 0 only keeps the engine open
     * @throws IllegalStateException when the engine has not that many places left, so that it would have to refuse
     *     requests with {@code OVERLOADED}
     */
    static Lease lease(EngineSupplier supplier, int places) {
        return lease(supplier, places, supplier::open, Optional.empty());
    }

    /**
     * As {@link #lease(EngineSupplier, int)}; an engine that is not open yet is opened by {@code opener}, and which
     * requests it dies of is kept in the file {@code journal}, if any.
     */
    static Lease lease(
            EngineSupplier supplier,
            int places,
            Supplier<InferenceEngine> opener,
            Optional<Path> journal) {
        synchronized (OPEN) {
            SharedEngine shared = OPEN.get(supplier);
            if (shared == null) {
                shared = new SharedEngine(supplier, opener.get(), journal);
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
        entrance.close();
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

        /** How requests get into the engine. */
        EngineEntrance entrance() {
            return entrance;
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
