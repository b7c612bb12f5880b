package io.lavastream.engine.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work of one thread that others help with: pieces that have nothing to do with each other. Owned by that thread; pieces see what it did before, and it sees
 * what they did.
 */
final class SharedWork {
    private static final Logger LOG = LoggerFactory.getLogger(SharedWork.class);

    private final Executor pool;
    private final int helpers;

    /**
     * @param pool runs the helpers; where it refuses to, the caller works alone
     * @param helpers how many at most
     */
    SharedWork(Executor pool, int helpers) {
        this.pool = pool;
        this.helpers = helpers;
    }

    /** Pieces, taken one by one by whoever is free. What comes of them has its place before they begin: memory may run out in them. */
    private static final class Job<T> implements Runnable {
        private final IntFunction<T> piece;
        private final AtomicReferenceArray<T> values;
        private final Throwable[] failures;
        private final AtomicInteger next = new AtomicInteger();
        private final CountDownLatch open;

        Job(int count, IntFunction<T> piece) {
            this.piece = piece;
            this.values = new AtomicReferenceArray<>(count);
            this.failures = new Throwable[count];
            this.open = new CountDownLatch(count);
        }

        @Override
        public void run() {
            for (int i = next.getAndIncrement(); i < failures.length; i = next.getAndIncrement()) {
                try {
                    values.set(i, piece.apply(i));
                } catch (RuntimeException | Error e) {
                    failures[i] = e;
                } finally {
                    open.countDown();
                }
            }
        }

        void await() {
            Uninterruptibly.await(
                    () -> {
                        open.await();
                        return true;
                    });
        }

        T result(int index) {
            if (failures[index] instanceof Error error) {
                throw error;
            }
            if (failures[index] != null) {
                throw (RuntimeException) failures[index];
            }
            return values.get(index);
        }
    }

    /**
     * Does the pieces 0 to {@code count} - 1, of which this thread takes its part, and returns when all have ended.
     *
     * @return of each, in order, what it returned, or, thrown again, what it threw
     */
    <T> List<Supplier<T>> run(int count, IntFunction<T> piece) {
        Job<T> job = new Job<>(count, piece);
        for (int i = 0; i < Math.min(helpers, count - 1); i++) {
            start(job);
        }
        job.run();
        job.await();
        List<Supplier<T>> results = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int index = i;
            results.add(() -> job.result(index));
        }
        return results;
    }

    private void start(Runnable job) {
        try {
            pool.execute(job);
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            LOG.debug("No helper to be had; the others do its part", e);
        }
    }
}
