package io.lavastream.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.engine.EngineException;
import io.lavastream.engine.ErrorCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class SharedWorkTest {
    @Test
    void threadsWorkAtTheSameTime() {
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            CyclicBarrier all = new CyclicBarrier(3);
            SharedWork work = new SharedWork(pool, 2);

            List<Supplier<Integer>> results =
                    work.run(
                            3,
                            i -> {
                                await(all); // passed only by all three
                                return 10 * i;
                            });

            assertThat(results).extracting(Supplier::get).containsExactly(0, 10, 20);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void whatOnePieceThrowsIsItsOwn() {
        SharedWork work = new SharedWork(Runnable::run, 1);

        List<Supplier<String>> results =
                work.run(
                        4,
                        i -> {
                            if (i == 1) {
                                throw new EngineException(ErrorCode.INTERNAL, "the second");
                            }
                            if (i == 2) {
                                throw new OutOfMemoryError("the third");
                            }
                            return "piece " + i;
                        });

        assertThat(results.get(0).get()).isEqualTo("piece 0");
        assertThatThrownBy(results.get(1)::get)
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("the second");
        assertThatThrownBy(results.get(2)::get)
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessage("the third");
        assertThat(results.get(3).get()).isEqualTo("piece 3");
    }

    @Test
    void asManyHelpAsThereAreOtherPieces() {
        Queue<Runnable> pool = new ArrayDeque<>();
        SharedWork work = new SharedWork(pool::add, 3);

        assertThat(work.run(0, i -> i)).isEmpty();
        work.run(1, i -> i);
        assertThat(pool).isEmpty();
        work.run(3, i -> i);
        assertThat(pool).hasSize(2);
        work.run(9, i -> i);
        assertThat(pool).hasSize(2 + 3);
    }

    @Test
    void whoComesTooLateFindsNothingToDo() {
        Queue<Runnable> pool = new ArrayDeque<>();
        List<Integer> done = new ArrayList<>();

        new SharedWork(pool::add, 1).run(3, done::add);

        assertThat(done).containsExactly(0, 1, 2);
        pool.remove().run();
        assertThat(done).hasSize(3);
    }

    @Test
    void withoutAThreadTheCallerDoesItAll() {
        for (Throwable none :
                List.of(new RejectedExecutionException(), new OutOfMemoryError("no thread"))) {
            SharedWork work =
                    new SharedWork(
                            turns -> {
                                if (none instanceof Error error) {
                                    throw error;
                                }
                                throw (RuntimeException) none;
                            },
                            2);

            assertThat(work.run(3, i -> -i)).extracting(Supplier::get).containsExactly(0, -1, -2);
        }
    }

    @Test
    void anInterruptIsKeptForLater() {
        ExecutorService pool = Executors.newFixedThreadPool(1);
        try {
            CyclicBarrier both = new CyclicBarrier(2);
            Thread caller = Thread.currentThread();

            List<Supplier<Integer>> results =
                    new SharedWork(pool, 1)
                            .run(
                                    2,
                                    i -> {
                                        await(both);
                                        if (Thread.currentThread() != caller) {
                                            while (caller.getState() != Thread.State.WAITING) {
                                                Thread.onSpinWait();
                                            }
                                            caller.interrupt();
                                        }
                                        return i;
                                    });

            assertThat(results).extracting(Supplier::get).containsExactly(0, 1);
            assertThat(Thread.interrupted()).isTrue();
        } finally {
            Thread.interrupted(); // not the next test's
            pool.shutdownNow();
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException("the others did not come", e);
        }
    }
}
