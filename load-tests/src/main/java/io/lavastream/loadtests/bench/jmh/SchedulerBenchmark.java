package io.lavastream.loadtests.bench.jmh;

import io.lavastream.engine.scheduler.Scheduler;
import io.lavastream.engine.scheduler.SchedulerSettings;
import io.lavastream.engine.scheduler.Sequence;
import io.lavastream.engine.scheduler.Work;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What the scheduler takes to decide on a step while sequences run and others wait for a slot, and to record it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class SchedulerBenchmark {
    private static final int MAX_CHUNK = 256;
    private static final int PROMPT = 64;

    /** All of them taken. */
    @Param("16")
    public int slots;

    /** Sequences without a slot. */
    @Param({"0", "64"})
    public int waiting;

    private Scheduler scheduler;

    @Setup
    public void fill() {
        scheduler = new Scheduler(new SchedulerSettings(slots, 0, MAX_CHUNK));
        for (int i = 0; i < slots + waiting; i++) {
            scheduler.add(new Sequence(0, Instant.MAX, 0, PROMPT));
        }
        for (int prefilled = 0; prefilled < slots; ) {
            Work work = scheduler.next().orElseThrow();
            if (work instanceof Work.Prefill prefill) {
                scheduler.prefilled(prefill);
                prefilled++;
            } else {
                scheduler.decoded((Work.Decode) work);
            }
        }
    }

    @Benchmark
    public Optional<Work> step() {
        Optional<Work> work = scheduler.next();
        scheduler.decoded((Work.Decode) work.orElseThrow());
        return work;
    }
}
