package io.lavastream.loadtests.bench;

import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.SamplingParams;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** What a step of full slots costs outside TensorFlow: with the most probable tokens, and with sampled ones. */
final class OverheadStage {
    private static final int WORDS = 8;

    /** Steps in which all sequences take part. */
    private static final int STEPS = 40;

    /** A thread that is busy for this share of the time does more than to schedule: TensorFlow computes on it. */
    private static final double COMPUTES = 0.5;

    private static final SamplingParams SAMPLED =
            new SamplingParams(1, 0.9, 0, 1, List.of(), OptionalLong.of(1));

    private final EngineUnderTest engine;
    private final int slots;
    private final Report report;
    private final Consumer<String> remarks;

    OverheadStage(EngineUnderTest engine, int slots, Report report, Consumer<String> remarks) {
        this.engine = engine;
        this.slots = slots;
        this.report = report;
        this.remarks = remarks;
    }

    void run() {
        Cost greedy = cost(SamplingParams.greedy());
        if (greedy.cpu() > COMPUTES * greedy.wall()) {
            remarks.accept(
                    "step overhead: not measured, TensorFlow computes on the engine's thread");
            return;
        }
        report.add(Figure.of("step_overhead", greedy.cpu(), "ms").withSequences(slots));
        Cost sampled = cost(SAMPLED);
        report.add(Figure.of("sampling", sampled.cpu() - greedy.cpu(), "ms").withSequences(slots));
    }

    /** Milliseconds a step: of the engine's thread, and in all. */
    private record Cost(double cpu, double wall) {}

    private Cost cost(SamplingParams sampling) {
        // The first sequence decodes while the prompts of the others are prefilled, a step for
        // each.
        SamplingParams params = sampling.withMaxNewTokens(STEPS + 4 * slots);
        List<Follower> followers = new ArrayList<>();
        for (int i = 0; i < slots; i++) {
            followers.add(
                    Follower.submit(
                            engine.engine(),
                            engine.requests()
                                    .of(List.of(), WORDS, params, GenerationRequest.INTERACTIVE)));
        }
        followers.forEach(Follower::awaitFirst);
        StepMeter.Reading begin = StepMeter.read(engine.engine());
        followers.get(0).await();
        StepMeter.Reading end = StepMeter.read(engine.engine());
        followers.forEach(Follower::await);
        return new Cost(end.cpuPerStep(begin), end.wallPerStep(begin));
    }
}
