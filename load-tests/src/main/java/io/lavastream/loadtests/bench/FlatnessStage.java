package io.lavastream.loadtests.bench;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/** Whether memory stays what it is over very many steps of full slots, with prompts of random lengths that come and go. */
final class FlatnessStage {
    private static final int SHORTEST_ANSWER = 8;

    /** Half a slot: so most of the time goes into steps, not into prompts. */
    private static final int LONGEST_ANSWER = BenchSettings.SLOT_LENGTH / 2;

    /** One a finished request; a fifth of them must be some. */
    private static final int LEAST_READINGS = 20;

    private final EngineUnderTest engine;
    private final BenchSettings settings;
    private final Report report;
    private final SplittableRandom random = new SplittableRandom(1);

    FlatnessStage(EngineUnderTest engine, BenchSettings settings, Report report) {
        this.engine = engine;
        this.settings = settings;
        this.report = report;
    }

    /** Runs at least {@code steps}; the figure is the {@link #growth} of what is resident. */
    void run(int steps) {
        long end = engine.engine().metrics().decodeSteps() + steps;
        List<Double> resident = new ArrayList<>();
        Deque<Follower> running = new ArrayDeque<>();
        while (engine.engine().metrics().decodeSteps() < end || resident.size() < LEAST_READINGS) {
            while (running.size() < settings.slots()) {
                running.add(submit());
            }
            running.remove().await();
            resident.add(ProcessMemory.residentMib());
        }
        running.forEach(Follower::await);
        report.add(Figure.of("flatness", growth(resident), "MiB"));
    }

    /** By how much the median of the last fifth is above that of the second; in the first, memory may still grow. */
    static double growth(List<Double> readings) {
        int fifth = readings.size() / 5;
        return median(readings.subList(readings.size() - fifth, readings.size()))
                - median(readings.subList(fifth, 2 * fifth));
    }

    private static double median(List<Double> readings) {
        Samples samples = new Samples();
        readings.forEach(samples::add);
        return samples.median();
    }

    private Follower submit() {
        int answer = random.nextInt(SHORTEST_ANSWER, LONGEST_ANSWER);
        int words = random.nextInt(1, BenchSettings.SLOT_LENGTH - LONGEST_ANSWER - 64);
        return engine.submit(List.of(), words, answer);
    }
}
