package io.lavastream.loadtests.bench.jmh;

import io.lavastream.engine.cache.PromptKey;
import io.lavastream.engine.scheduler.PieceTimes;
import io.lavastream.engine.scheduler.Prompt;
import io.lavastream.engine.scheduler.Scheduler;
import io.lavastream.engine.scheduler.SchedulerSettings;
import io.lavastream.engine.scheduler.Sequence;
import io.lavastream.engine.scheduler.Work;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
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
    private static final int SLOT_LENGTH = 1024;
    private static final int PROMPT = 64;
    private static final int TOKEN = 300;
    private static final Duration BUDGET = Duration.ofMillis(300);

    private static final PieceTimes TIMES =
            new PieceTimes(
                    List.of(), List.of(new PieceTimes.Chunk(PROMPT, Duration.ofMillis(100), 0)), 0);

    /** All of them taken. */
    @Param("16")
    public int slots;

    /** Sequences without a slot. */
    @Param({"0", "64"})
    public int waiting;

    private Scheduler scheduler;
    private int position = PROMPT;

    @Setup
    public void fill() {
        scheduler =
                new Scheduler(
                        new SchedulerSettings(
                                Collections.nCopies(slots, SLOT_LENGTH), 0, TIMES, BUDGET, BUDGET));
        for (int i = 0; i < slots + waiting; i++) {
            scheduler.add(new Sequence(0, Instant.MAX, prompt(i), SLOT_LENGTH));
        }
        for (int prefilled = 0; prefilled < slots; ) {
            Work work = scheduler.next().orElseThrow();
            prefilled += work instanceof Work.Prefill ? 1 : 0;
            scheduler.done(work, 0);
        }
    }

    @Benchmark
    public Work step() {
        Work work = scheduler.next().orElseThrow();
        scheduler.done(work, 0);
        for (Sequence sequence : work.sequences()) {
            scheduler.read(sequence, position, TOKEN);
        }
        position = position + 1 < SLOT_LENGTH ? position + 1 : PROMPT;
        return work;
    }

    /** No two begin alike. */
    private static Prompt prompt(int number) {
        int[] tokens = new int[PROMPT];
        Arrays.fill(tokens, TOKEN + number);
        return new Prompt(new PromptKey(tokens, List.of()), List.of());
    }
}
