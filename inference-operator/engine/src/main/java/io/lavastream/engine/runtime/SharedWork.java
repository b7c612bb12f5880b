package io.lavastream.engine.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
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

    /** Nobody helps. */
    static final SharedWork ALONE = new SharedWork(turns -> {}, 0);

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

    /**
     * Does the pieces 0 to {@code count} - 1, of which this thread takes its part, and returns when all have ended.
     *
     * @return of each, in order, what it returned, or, thrown again, what it threw
     */
    <T> List<Supplier<T>> run(int count, IntFunction<T> piece) {
        List<CompletableFuture<T>> outcomes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            outcomes.add(new CompletableFuture<>());
        }
        AtomicInteger next = new AtomicInteger();
        Runnable turns = () -> takeTurns(next, outcomes, piece);
        for (int i = 0; i < Math.min(helpers, count - 1); i++) {
            start(turns);
        }
        turns.run();
        List<Supplier<T>> results = new ArrayList<>();
        for (CompletableFuture<T> outcome : outcomes) {
            outcome.handle((value, failure) -> failure).join();
            results.add(() -> result(outcome));
        }
        return results;
    }

    private static <T> T result(CompletableFuture<T> ended) {
        try {
            return ended.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) e.getCause();
        }
    }

    private static <T> void takeTurns(
            AtomicInteger next, List<CompletableFuture<T>> outcomes, IntFunction<T> piece) {
        for (int i = next.getAndIncrement(); i < outcomes.size(); i = next.getAndIncrement()) {
            CompletableFuture<T> done = outcomes.get(i);
            try {
                done.complete(piece.apply(i));
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        }
    }

    private void start(Runnable turns) {
        try {
            pool.execute(turns);
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            LOG.debug("No helper to be had; the others do its part", e);
        }
    }
}
