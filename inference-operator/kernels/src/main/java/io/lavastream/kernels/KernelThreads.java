package io.lavastream.kernels;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;

/**
 * Threads that share the parts of one kernel after another: some tens of microseconds each, so that waking a thread for each would
 * cost as much as the work. A thread without work spins for a moment, as the next kernel of a step comes soon, and sleeps then.
 *
 * <p>Thread-safe; kernels that are called at the same time do not share: all but one of them are computed by their callers alone.
 */
public final class KernelThreads {
    private static final long SPIN_NANOS = 200_000;
    private static final int SPINS_BETWEEN_LOOKS = 64;

    /** Ranges for each thread, as threads are not equally fast. */
    private static final int SHARES = 4;

    /** Work on {@code begin} to {@code end} - 1. */
    interface Range {
        void accept(int begin, int end);
    }

    /** One kernel: its parts are taken one by one by whoever is free. */
    private static final class Job {
        final IntConsumer work;
        final int parts;
        final AtomicInteger next = new AtomicInteger();
        final AtomicInteger open;
        final AtomicReference<Throwable> failure = new AtomicReference<>();

        Job(int parts, IntConsumer work) {
            this.work = work;
            this.parts = parts;
            this.open = new AtomicInteger(parts);
        }

        void help() {
            for (int part = next.getAndIncrement(); part < parts; part = next.getAndIncrement()) {
                try {
                    work.accept(part);
                } catch (RuntimeException | Error e) {
                    failure.compareAndSet(null, e);
                } finally {
                    open.decrementAndGet();
                }
            }
        }
    }

    /** A helper, and whether it sleeps or is about to. */
    private final class Helper implements Runnable {
        final Thread thread;
        volatile boolean asleep;

        Helper(int index) {
            thread = new Thread(this, "lavastream-kernel-" + index);
            thread.setDaemon(true);
        }

        @Override
        public void run() {
            Job last = null;
            while (true) {
                last = awaitOther(last);
                last.help();
            }
        }

        private Job awaitOther(Job last) {
            long until = System.nanoTime() + SPIN_NANOS;
            while (true) {
                for (int i = 0; i < SPINS_BETWEEN_LOOKS; i++) {
                    Job job = current;
                    if (job != last) {
                        return job;
                    }
                    Thread.onSpinWait();
                }
                if (System.nanoTime() - until > 0) {
                    asleep = true;
                    if (current == last) {
                        LockSupport.park(KernelThreads.this);
                    }
                    asleep = false;
                }
            }
        }
    }

    private final ReentrantLock busy = new ReentrantLock();
    private final List<Helper> helpers = new ArrayList<>();
    private volatile Job current;

    /** @param threads in all, with the one that calls {@link #run} */
    public KernelThreads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException(
                    "threads: %d (expected: 1 or more)".formatted(threads));
        }
        for (int i = 1; i < threads; i++) {
            helpers.add(new Helper(i));
        }
        helpers.forEach(helper -> helper.thread.start());
    }

    /** How many threads compute together. */
    public int count() {
        return helpers.size() + 1;
    }

    /**
     * Does {@code work} for each part from 0 to {@code parts} - 1, on this thread and the helpers, and returns when all are done.
     * Everything that a part wrote is seen afterwards. If parts fail, the others are done nevertheless, and the first failure is thrown.
     */
    public void run(int parts, IntConsumer work) {
        if (parts <= 1 || helpers.isEmpty() || !busy.tryLock()) {
            for (int part = 0; part < parts; part++) {
                work.accept(part);
            }
            return;
        }
        Job job = new Job(parts, work);
        try {
            current = job;
            for (Helper helper : helpers) {
                if (helper.asleep) {
                    LockSupport.unpark(helper.thread);
                }
            }
            job.help();
            while (job.open.get() > 0) {
                Thread.onSpinWait();
            }
        } finally {
            busy.unlock();
        }
        rethrow(job.failure.get());
    }

    /** Likewise for consecutive ranges that are 0 to {@code count} - 1 together, some for each thread. */
    void runRanges(int count, Range work) {
        int parts = Math.min(count, count() * SHARES);
        run(
                parts,
                part ->
                        work.accept(
                                (int) ((long) count * part / parts),
                                (int) ((long) count * (part + 1) / parts)));
    }

    private static void rethrow(Throwable failure) {
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
    }
}
