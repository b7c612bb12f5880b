package io.lavastream.loadtests.hostile;

import io.lavastream.schemas.AnswerFormat;
import io.lavastream.schemas.AnswerKind;
import io.lavastream.schemas.ImageSource;
import io.lavastream.schemas.Question;
import io.lavastream.schemas.Role;
import io.lavastream.schemas.Sampling;
import io.lavastream.schemas.Turn;
import java.time.Instant;
import java.util.Collections;
import java.util.List;

/** Questions with numbers and lists that no service should work with; every one must be refused as such. */
final class OutOfRange {
    private static final List<Double> NO_TEMPERATURES =
            List.of(
                    -1e-9,
                    -1.0,
                    Double.NaN,
                    Double.NEGATIVE_INFINITY,
                    Double.POSITIVE_INFINITY,
                    1e300);
    private static final List<Double> NO_SHARES =
            List.of(-0.5, 1.0000001, Double.NaN, Double.POSITIVE_INFINITY, -Double.MIN_VALUE);
    private static final List<Integer> NEGATIVES = List.of(-1, -2, Integer.MIN_VALUE);

    private OutOfRange() {}

    /** One of each kind in turn. */
    static Question of(int kind, Question.Builder question, Seeded seeded) {
        Sampling.Builder sampling = Sampling.newBuilder();
        switch (Math.floorMod(kind, 14)) {
            case 0 -> sampling.setTemperature(seeded.oneOf(NO_TEMPERATURES));
            case 1 -> sampling.setTopP(seeded.oneOf(NO_SHARES));
            case 2 -> sampling.setMinP(seeded.oneOf(NO_SHARES));
            case 3 -> sampling.setTopK(seeded.oneOf(NEGATIVES));
            case 4 -> sampling.setMaxNewTokens(seeded.oneOf(List.of(0, -1, Integer.MIN_VALUE)));
            case 5 -> sampling.setRepetitionPenalty(seeded.oneOf(NO_TEMPERATURES));
            case 6 ->
                    sampling.setTopLogprobs(
                            seeded.oneOf(List.of(-1, 21, Integer.MAX_VALUE, Integer.MIN_VALUE)));
            case 7 -> sampling.setStop(Collections.nCopies(seeded.between(17, 200), "stop"));
            case 8 -> question.setAttempt(seeded.oneOf(List.of(0, -1, Integer.MIN_VALUE)));
            case 9 -> question.setTimeToLiveMs(seeded.oneOf(List.of(0L, -1L, Long.MIN_VALUE)));
            case 10 ->
                    question.setDeadline(Instant.ofEpochMilli(4_000_000_000_000L))
                            .setTimeToLiveMs(1L);
            case 11 ->
                    question.setImages(
                            Collections.nCopies(
                                    seeded.between(17, 500),
                                    ImageSource.newBuilder().setImageId("id").build()));
            case 12 ->
                    question.setAnswerFormat(
                            AnswerFormat.newBuilder()
                                    .setKind(AnswerKind.MULTIPLE_CHOICE)
                                    .setOptions(
                                            Collections.nCopies(seeded.between(27, 200), "option"))
                                    .build());
            default ->
                    question.setTurns(
                            Collections.nCopies(
                                    seeded.between(1, 50),
                                    Turn.newBuilder()
                                            .setRole(Role.ASSISTANT)
                                            .setText("I spoke first")
                                            .build()));
        }
        return question.setSampling(sampling.build()).build();
    }
}
