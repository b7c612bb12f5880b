package io.lavastream.loadtests.bench;

import io.lavastream.engine.EncodedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The longest time that running sequences wait for their next token while new images and a long prompt arrive; beside it a step
 * that nothing holds up. What arrives asks for one token, so that it takes part in no step and makes none longer; what finds no
 * slot waits for one, as it would anywhere.
 */
final class GapStage {
    static final int SLOTS = 6;
    static final int SLOT_LENGTH = 3072;
    private static final int LONG_PROMPT = 2900;

    private static final int RUNNING = 2;
    private static final int IMAGES = 3;
    private static final int WORDS = 8;
    private static final int QUIET_TOKENS = 12;

    private final EngineUnderTest engine;
    private final Report report;

    GapStage(EngineUnderTest engine, Report report) {
        this.engine = engine;
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
        List<Follower> running = start();
        long arrival = System.nanoTime();
        List<Follower> arriving = new ArrayList<>();
        arriving.add(engine.submit(List.of(), words, 1));
        images.forEach(image -> arriving.add(engine.submit(List.of(image), WORDS, 1)));
        arriving.forEach(Follower::await);
        // What arrived may all have fitted between two tokens: that gap ends with the next one.
        running.forEach(follower -> follower.next().join());
        Samples gaps = new Samples();
        running.forEach(follower -> follower.gapsSince(arrival).forEach(gaps::add));
        running.forEach(Follower::cancel);
        report.add(Figure.of("gap", gaps.max(), "ms").withGoal(Optional.of(Goals.gap(step))));
        report.add(Figure.of("gap_undisturbed", step, "ms"));
    }

    /** Median milliseconds between two tokens of the sequences alone. */
    private double undisturbedStep() {
        List<Follower> alone = new ArrayList<>();
        for (int i = 0; i < RUNNING; i++) {
            alone.add(engine.submit(List.of(), WORDS, QUIET_TOKENS));
        }
        alone.forEach(Follower::await);
        Samples gaps = new Samples();
        alone.forEach(follower -> follower.gapsSince(Long.MIN_VALUE).forEach(gaps::add));
        return gaps.median();
    }

    private List<Follower> start() {
        List<Follower> running = new ArrayList<>();
        for (int i = 0; i < RUNNING; i++) {
            running.add(engine.submit(List.of(), WORDS, SLOT_LENGTH));
        }
        running.forEach(Follower::awaitFirst);
        return running;
    }
}
