package io.lavastream.loadtests.bench;

import io.lavastream.engine.EncodedImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Optional;
import java.util.Set;

/**
 * The longest time that running sequences, in half of the slots, wait for their next token while new images, one of them in bulk, and a long prompt
 * arrive; beside it a step that nothing holds up. What arrives asks for one token, so that it takes part in no step and makes none longer.
 */
final class GapStage {
    /** Positions of the one slot that is for the long prompt. */
    static final int LONG_SLOT = 3072;

    private static final int LONG_PROMPT = 2900;
    private static final int IMAGES = 3;
    private static final int WORDS = 8;
    private static final int QUIET_TOKENS = 12;

    /** Tokens without a text that a sequence may have. */
    private static final int SILENT = 3;

    private final EngineUnderTest engine;
    private final int running;
    private final Report report;

    GapStage(EngineUnderTest engine, int slots, Report report) {
        this.engine = engine;
        this.running = Math.max(1, slots / 2);
        this.report = report;
    }

    void run() {
        int words = engine.wordsFor(LONG_PROMPT, List.of());
        double step = undisturbedStep();
        // Whoever sends them makes them elsewhere: here that would hold the engine up.
        List<EncodedImage> images = new ArrayList<>();
        for (int i = 0; i < IMAGES; i++) {
            images.add(engine.requests().image());
        }
        EncodedImage ofBulk = engine.requests().image();
        List<Follower> decoding = start();
        long arrival = System.nanoTime();
        List<Follower> arriving = new ArrayList<>();
        arriving.add(engine.submit(List.of(), words, 1));
        arriving.add(engine.submitBulk(List.of(ofBulk), WORDS, 1));
        images.forEach(image -> arriving.add(engine.submit(List.of(image), WORDS, 1)));
        arriving.forEach(Follower::await);
        // What arrived may all have fitted between two tokens: that gap ends with the next one.
        decoding.forEach(follower -> follower.next().join());
        Samples gaps = gaps(decoding.stream().map(Follower::times).toList(), arrival);
        decoding.forEach(Follower::cancel);
        report.add(
                Figure.of("gap", gaps.max(), "ms")
                        .withSequences(running)
                        .withGoal(Optional.of(Goals.gap(step))));
        report.add(Figure.of("gap_undisturbed", step, "ms"));
    }

    /** A token of one of the sequences. */
    private record Told(long time, int sequence) {}

    /**
     * Milliseconds from step to step of sequences that run together, as all take part in each: a step is seen by those whose token has a text, the first
     * of them says when, and it ends where one of them is told of the next.
     *
     * @param times of each sequence's tokens that have one
     * @param from when gaps begin to count
     * @throws IllegalStateException if a sequence has far fewer than another, so that it was not in every step
     */
    static Samples gaps(List<List<Long>> times, long from) {
        LongSummaryStatistics counts =
                times.stream()
                        .mapToLong(some -> some.stream().filter(time -> time >= from).count())
                        .summaryStatistics();
        if (counts.getMin() + SILENT + counts.getMax() / 10 < counts.getMax()) {
            throw new IllegalStateException(
                    "tokens of a sequence: %d (expected: about %d, as of the others)"
                            .formatted(counts.getMin(), counts.getMax()));
        }
        List<Told> all = new ArrayList<>();
        for (int i = 0; i < times.size(); i++) {
            for (long time : times.get(i)) {
                all.add(new Told(time, i));
            }
        }
        all.sort(Comparator.comparingLong(Told::time));
        Samples gaps = new Samples();
        Set<Integer> inStep = new HashSet<>();
        long step = 0;
        for (Told told : all) {
            if (inStep.contains(told.sequence())) {
                if (told.time() >= from) {
                    gaps.add((told.time() - step) / 1e6);
                }
                inStep.clear();
            }
            step = inStep.isEmpty() ? told.time() : step;
            inStep.add(told.sequence());
        }
        return gaps;
    }

    /** Median milliseconds between two tokens of the sequences alone. */
    private double undisturbedStep() {
        List<Follower> alone = new ArrayList<>();
        for (int i = 0; i < running; i++) {
            alone.add(engine.submit(List.of(), WORDS, QUIET_TOKENS));
        }
        alone.forEach(Follower::await);
        Samples gaps = new Samples();
        alone.forEach(follower -> follower.gapsSince(Long.MIN_VALUE).forEach(gaps::add));
        return gaps.median();
    }

    private List<Follower> start() {
        List<Follower> started = new ArrayList<>();
        for (int i = 0; i < running; i++) {
            started.add(engine.submit(List.of(), WORDS, BenchSettings.SLOT_LENGTH));
        }
        started.forEach(Follower::awaitFirst);
        return started;
    }
}
