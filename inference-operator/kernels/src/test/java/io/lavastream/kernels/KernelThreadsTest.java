package io.lavastream.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelThreadsTest {
    private static final int PARTS = 100;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void doesEachPartOnce(int count) {
        KernelThreads threads = new KernelThreads(count);
        AtomicIntegerArray done = new AtomicIntegerArray(PARTS);

        for (int kernel = 1; kernel <= 1000; kernel++) {
            threads.run(PARTS, done::incrementAndGet);
            for (int part = 0; part < PARTS; part++) {
                assertThat(done.get(part)).isEqualTo(kernel);
            }
        }
    }

    @Test
    void rangesAreAllThereOnce() {
        for (int count : new int[] {0, 1, 7, 8, 73}) {
            AtomicIntegerArray times = new AtomicIntegerArray(count);

            new KernelThreads(2)
                    .runRanges(
                            count,
                            (begin, end) -> {
                                for (int i = begin; i < end; i++) {
                                    times.incrementAndGet(i);
                                }
                            });

            for (int i = 0; i < count; i++) {
                assertThat(times.get(i)).isEqualTo(1);
            }
        }
    }

    /** Both parts wait for each other, so one thread could not do them. */
    @Test
    void helpersShare() {
        CountDownLatch both = new CountDownLatch(2);

        new KernelThreads(2).run(2, part -> meet(both));

        assertThat(both.getCount()).isZero();
    }

    @Test
    void failureIsThrownWhenAllOthersAreDone() {
        KernelThreads threads = new KernelThreads(2);
        AtomicIntegerArray done = new AtomicIntegerArray(PARTS);

        assertThatThrownBy(
                        () ->
                                threads.run(
                                        PARTS,
                                        part -> {
                                            if (part == 3) {
                                                throw new IllegalStateException("part 3");
                                            }
                                            done.set(part, 1);
                                        }))
                .hasMessage("part 3");
        for (int part = 0; part < PARTS; part++) {
            assertThat(done.get(part)).isEqualTo(part == 3 ? 0 : 1);
        }
        threads.run(PARTS, part -> done.set(part, 2));
        assertThat(done.get(3)).isEqualTo(2);
    }

    /** The second one begins while the first is inside, and ends before it. */
    @Test
    void kernelsMayRunAtTheSameTime() throws InterruptedException, ExecutionException {
        KernelThreads threads = new KernelThreads(2);
        CountDownLatch inside = new CountDownLatch(2);
        CountDownLatch secondDone = new CountDownLatch(1);
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            Future<?> first =
                    other.submit(
                            () ->
                                    threads.run(
                                            2,
                                            part -> {
                                                inside.countDown();
                                                await(secondDone);
                                            }));
            await(inside);
            AtomicIntegerArray done = new AtomicIntegerArray(PARTS);

            threads.run(PARTS, done::incrementAndGet);

            secondDone.countDown();
            first.get();
            assertThat(done.get(PARTS - 1)).isEqualTo(1);
        } finally {
            other.shutdownNow();
        }
    }

    @Test
    void refusesNoThreads() {
        assertThatThrownBy(() -> new KernelThreads(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("threads: 0 (expected: 1 or more)");
    }

    private static void meet(CountDownLatch latch) {
        latch.countDown();
        await(latch);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
