package io.lavastream.loadtests.bench;

import io.lavastream.engine.EncodedImage;
import java.util.ArrayList;
import java.util.List;

/** Ten questions about one image, submitted at once, beside one question about another. */
final class ReuseStage {
    private static final int QUESTIONS = 10;
    private static final int NEW_TOKENS = 2;

    private final EngineUnderTest engine;
    private final int promptTokens;
    private final Report report;

    ReuseStage(EngineUnderTest engine, int promptTokens, Report report) {
        this.engine = engine;
        this.promptTokens = promptTokens;
        this.report = report;
    }

    void run() {
        int words = engine.wordsFor(promptTokens, List.of(engine.requests().image()));
        double suffix = firstToken(List.of(), words);
        double alone = firstToken(List.of(engine.requests().image()), words);
        List<EncodedImage> shared = List.of(engine.requests().image());
        long visionRuns = engine.engine().metrics().visionRuns();
        List<Follower> followers = new ArrayList<>();
        for (int i = 0; i < QUESTIONS; i++) {
            followers.add(engine.submit(shared, words, NEW_TOKENS));
        }
        followers.forEach(Follower::await);
        double last = followers.stream().mapToDouble(Follower::timeToFirst).max().orElseThrow();
        report.add(Figure.of("reuse", withoutSuffixes(last, suffix) / alone, "ratio"));
        report.add(
                Figure.of(
                        "reuse_vision_runs",
                        (double) (engine.engine().metrics().visionRuns() - visionRuns),
                        "images"));
        report.add(Figure.of("reuse_one_question", alone, "s"));
        report.add(Figure.of("reuse_last_of_ten", last, "s"));
    }

    /** Each question's own text still has to be computed: what a prompt of that text alone takes, for each but the first. */
    private static double withoutSuffixes(double seconds, double suffix) {
        return seconds - (QUESTIONS - 1) * suffix;
    }

    private double firstToken(List<EncodedImage> images, int words) {
        Follower follower = engine.submit(images, words, NEW_TOKENS);
        follower.await();
        return follower.timeToFirst();
    }
}
