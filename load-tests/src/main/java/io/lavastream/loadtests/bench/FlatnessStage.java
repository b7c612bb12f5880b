package io.lavastream.loadtests.bench;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/** Whether memory stays what it is over very many steps of full slots, with prompts of random lengths that come and go. */
final class FlatnessStage {
    private static final int SHORTEST_ANSWER = 8;
    private static final int LONGEST_ANSWER = 128;

    /** Of all steps, those in which memory may still grow, and the last ones, which are compared. */
    private static final double SETTLED = 0.2;

    private static final double LAST = 0.8;

    private final EngineUnderTest engine;
    private final BenchSettings settings;
    private final Report report;
    private final SplittableRandom random = new SplittableRandom(1);

    FlatnessStage(EngineUnderTest engine, BenchSettings settings, Report report) {
        this.engine = engine;
        this.settings = settings;
        this.report = report;
    }

    /** Runs {@code steps}; the figure is how much more is resident in the last fifth than in the second. */
    void run(int steps) {
        long begin = engine.engine().metrics().decodeSteps();
        Samples settled = new Samples();
        Samples last = new Samples();
        Deque<Follower> running = new ArrayDeque<>();
        for (double done = 0; done < 1; ) {
            while (running.size() < settings.slots()) {
                running.add(submit());
            }
            running.remove().await();
            done = (engine.engine().metrics().decodeSteps() - begin) / (double) steps;
            if (done >= SETTLED && done < 2 * SETTLED) {
                settled.add(ProcessMemory.residentMib());
            } else if (done >= LAST) {
                last.add(ProcessMemory.residentMib());
            }
        }
        running.forEach(Follower::await);
        report.add(Figure.of("flatness", last.median() - settled.median(), "MiB"));
    }

    private Follower submit() {
        int answer = random.nextInt(SHORTEST_ANSWER, LONGEST_ANSWER);
        int words = random.nextInt(1, BenchSettings.SLOT_LENGTH - LONGEST_ANSWER - 64);
        return engine.submit(List.of(), words, answer);
    }
}
