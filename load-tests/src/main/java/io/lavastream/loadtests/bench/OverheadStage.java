package io.lavastream.loadtests.bench;

import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.SamplingParams;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** What a step of full slots costs outside TensorFlow, the median: with the most probable tokens, and with sampled ones. */
final class OverheadStage {
    private static final int WORDS = 8;

    /** Steps in which all sequences take part. */
    private static final int STEPS = 200;

    /** Until the JVM has compiled what a step runs through. */
    private static final int WARM_UP_STEPS = 600;

    private static final SamplingParams SAMPLED =
            new SamplingParams(1, 0.9, 0, 1, List.of(), OptionalLong.of(1));

    private final EngineUnderTest engine;
    private final int slots;
    private final Report report;

    OverheadStage(EngineUnderTest engine, int slots, Report report) {
        this.engine = engine;
        this.slots = slots;
        this.report = report;
    }

    void run() {
        medianMillis(SamplingParams.greedy(), WARM_UP_STEPS);
        double greedy = medianMillis(SamplingParams.greedy(), STEPS);
        report.add(Figure.of("step_overhead", greedy, "ms").withSequences(slots));
        double sampled = medianMillis(SAMPLED, STEPS);
        report.add(Figure.of("sampling", sampled - greedy, "ms").withSequences(slots));
    }

    private double medianMillis(SamplingParams sampling, int steps) {
        // The first sequence decodes while the prompts of the others are prefilled, a step for
        // each.
        SamplingParams params = sampling.withMaxNewTokens(steps + 4 * slots);
        // Before anything is submitted: to begin takes longer than the steps of a small model.
        try (StepMeter meter = new StepMeter()) {
            List<Follower> followers = submit(params);
            followers.forEach(Follower::awaitFirst);
            Instant allRun = Instant.now();
            followers.get(0).await();
            Samples between = meter.betweenSince(allRun);
            followers.forEach(Follower::await);
            return between.median();
        }
    }

    private List<Follower> submit(SamplingParams params) {
        List<Follower> followers = new ArrayList<>();
        for (int i = 0; i < slots; i++) {
            followers.add(
                    Follower.submit(
                            engine.engine(),
                            engine.requests()
                                    .of(List.of(), WORDS, params, GenerationRequest.INTERACTIVE)));
        }
        return followers;
    }
}
