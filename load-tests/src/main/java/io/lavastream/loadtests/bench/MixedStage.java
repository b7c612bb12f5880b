package io.lavastream.loadtests.bench;

import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.SamplingParams;
import java.util.ArrayList;
import java.util.List;

/**
 * Mixed work, submitted at once: prompts with images, every second answer a quarter as long as the others, every second request in
 * the first lane. Times to the first token include the wait for all that is served before.
 */
final class MixedStage {
    private static final double[] PERCENTILES = {50, 95, 99};

    private final EngineUnderTest engine;
    private final BenchSettings settings;
    private final Report report;

    MixedStage(EngineUnderTest engine, BenchSettings settings, Report report) {
        this.engine = engine;
        this.settings = settings;
        this.report = report;
    }

    void run() {
        int words = engine.wordsFor(settings.promptTokens(), List.of(engine.requests().image()));
        long begin = System.nanoTime();
        List<Follower> followers = submit(words);
        followers.forEach(Follower::await);
        double seconds = (System.nanoTime() - begin) / 1e9;
        Samples first = new Samples();
        Samples gaps = new Samples();
        for (Follower follower : followers) {
            first.add(follower.timeToFirst());
            follower.gapsSince(Long.MIN_VALUE).forEach(gaps::add);
        }
        report.add(Figure.of("mixed", followers.size() / seconds, "requests/s"));
        for (double percent : PERCENTILES) {
            report.add(
                    Figure.of(
                            "mixed_first_token_p%.0f".formatted(percent),
                            first.percentile(percent),
                            "s"));
            report.add(
                    Figure.of(
                            "mixed_next_token_p%.0f".formatted(percent),
                            gaps.percentile(percent),
                            "ms"));
        }
    }

    private List<Follower> submit(int words) {
        List<Follower> followers = new ArrayList<>();
        EncodedImage image = engine.requests().image();
        for (int i = 0; i < settings.requests(); i++) {
            if (i % settings.questionsPerImage() == 0) {
                image = engine.requests().image();
            }
            int newTokens =
                    i % 2 == 0 ? settings.newTokens() : Math.max(2, settings.newTokens() / 4);
            String lane = EngineConfig.DEFAULT_LANES.get(i / 2 % 2);
            SamplingParams sampling = SamplingParams.greedy().withMaxNewTokens(newTokens);
            followers.add(
                    Follower.submit(
                            engine.engine(),
                            engine.requests().of(List.of(image), words, sampling, lane)));
        }
        return followers;
    }
}
