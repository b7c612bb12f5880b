package io.lavastream.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lavastream.engine.AnswerFormat;
import io.lavastream.engine.ErrorCode;
import io.lavastream.engine.FinishReason;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.GenerationResult;
import io.lavastream.engine.SamplingParams;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The loop turned by hand, step by step, on a scripted model and a virtual clock. */
class EngineLoopTest {
    private static final Duration STEP = Duration.ofMillis(10);

    private final HandTurnedLoop hand = new HandTurnedLoop(2, 40, 8);
    private final ScriptedModel model = hand.model;

    @Test
    void answersOnePieceOfWorkAStep() {
        ActiveRequest request = hand.offer(Requests.aboutImage("abc"));

        GenerationResult result = hand.answer(request);

        assertThat(result.text()).isEqualTo("###abc");
        assertThat(result.finishReason()).isEqualTo(FinishReason.END_OF_SEQUENCE);
        assertThat(result.tokens()).isEqualTo(new GenerationResult.TokenCounts(7, 3, 7));
        assertThat(model.calls)
                .containsExactly(
                        "encode",
                        "prefill 0+7",
                        "decode 1",
                        "decode 1",
                        "decode 1",
                        "decode 1",
                        "decode 1",
                        "decode 1");
    }

    @Test
    void keepsNoImageFileOnceItsPixelsAreMade() {
        ActiveRequest request = hand.offer(Requests.aboutImage("abc"));

        assertThat(request.request().images()).isEmpty();
        assertThat(request.request().question()).isEqualTo("abc");
    }

    @Test
    void measuresEachStageFromSubmissionToTheEnd() {
        ActiveRequest request = hand.offer(Requests.aboutImage("abc"));
        hand.now = hand.now.plusSeconds(1);
        model.before = call -> hand.now = hand.now.plus(STEP);

        GenerationResult.Timings timings = hand.answer(request).timings();

        assertThat(timings.queue()).isEqualTo(Duration.ofSeconds(1));
        assertThat(timings.vision()).isEqualTo(STEP);
        assertThat(timings.prefill()).isEqualTo(STEP);
        assertThat(timings.decode()).isEqualTo(STEP.multipliedBy(6));
    }

    @Test
    void prefillsALongPromptInChunksAcrossItsImage() {
        ActiveRequest request = hand.offer(Requests.aboutImage("abcdefghijkl"));

        assertThat(hand.answer(request).text()).isEqualTo("###abcdefghijkl");
        assertThat(model.calls).startsWith("encode", "prefill 0+8", "prefill 8+8");
    }

    @Test
    void decodesWhoRunsTogether() {
        ActiveRequest one = hand.offer(Requests.text("abcd"));
        ActiveRequest two = hand.offer(Requests.text("wxyz"));

        assertThat(hand.answer(one).text()).isEqualTo("abcd");
        assertThat(hand.answer(two).text()).isEqualTo("wxyz");
        assertThat(model.calls).contains("decode 2");
    }

    @Test
    void asksForLogitsWhereSomeoneSamples() {
        SamplingParams sampled =
                new SamplingParams(0.7, 0.9, 5, 100, List.of(), OptionalLong.of(11));
        ActiveRequest greedy = hand.offer(Requests.text("abcd"));
        ActiveRequest other =
                hand.offer(Requests.of("wxyz", List.of(), sampled, "interactive", Instant.MAX));

        assertThat(hand.answer(other).text()).isEqualTo("wxyz");
        assertThat(hand.answer(other).seed()).isEqualTo(11);
        assertThat(hand.answer(greedy).text()).isEqualTo("abcd");
    }

    @Test
    void scoresPermittedAnswersAlongTheirWholeSequences() {
        model.script = Optional.of(EngineLoopTest::yesOrNo);
        ActiveRequest one = hand.offer(permitted("one?"));
        ActiveRequest two = hand.offer(permitted("another?"));

        for (ActiveRequest request : List.of(one, two)) {
            GenerationResult result = hand.answer(request);
            // "Yes" 0.5 * 0.75 * 1, "YES" 0.5 * 0.25 * 1, "No" 0.25 * 0.5; then something else
            // follows.
            assertThat(result.text()).isEqualTo("Yes");
            assertThat(result.finishReason()).isEqualTo(FinishReason.END_OF_SEQUENCE);
            assertThat(result.tokens().generated()).isEqualTo(3);
            assertThat(result.outside().getAsDouble()).isCloseTo(0.375, within(1e-6));
            assertThat(result.choices().get(0).answer()).isEqualTo("Yes");
            assertThat(result.choices().get(0).probability()).isCloseTo(0.8, within(1e-6));
            assertThat(result.choices().get(1).probability()).isCloseTo(0.2, within(1e-6));
        }
        assertThat(model.calls).contains("decode 2");
    }

    @Test
    void refusesRoomThatNoPermittedAnswerFits() {
        model.script = Optional.of(EngineLoopTest::yesOrNo);
        SamplingParams one = SamplingParams.greedy().withMaxNewTokens(1);

        ActiveRequest request = hand.offer(permitted("one?", one));

        hand.steps(3);
        assertThat(Requests.errorOf(request.result())).isEqualTo(ErrorCode.INVALID_PARAMETER);
    }

    private static GenerationRequest permitted(String question) {
        return permitted(question, SamplingParams.greedy());
    }

    private static GenerationRequest permitted(String question, SamplingParams sampling) {
        return new GenerationRequest(
                question,
                List.of(),
                List.of(),
                question,
                new AnswerFormat.YesNo(true),
                sampling,
                GenerationRequest.INTERACTIVE,
                Instant.MAX,
                Optional.empty());
    }

    /** A model's logits after an answer's {@code tokens} so far. */
    private static float[] yesOrNo(List<Integer> tokens) {
        StringBuilder prefix = new StringBuilder();
        tokens.forEach(prefix::appendCodePoint);
        return switch (prefix.toString()) {
            case "" -> logits(Map.of('Y', 0.5, 'N', 0.25, '?', 0.25));
            case "Y" -> logits(Map.of('e', 0.75, 'E', 0.25));
            case "Ye" -> logits(Map.of('s', 1.0));
            case "YE" -> logits(Map.of('S', 1.0));
            case "N" -> logits(Map.of('o', 0.5, '?', 0.5));
            default -> logits(Map.of('?', 1.0));
        };
    }

    private static float[] logits(Map<Character, Double> probabilities) {
        float[] logits = new float[LetterTokenizer.SIZE];
        Arrays.fill(logits, -40); // as good as impossible
        probabilities.forEach((letter, share) -> logits[letter] = (float) Math.log(share));
        return logits;
    }

    @Test
    void endsWithTheLastPermittedToken() {
        SamplingParams two = SamplingParams.greedy().withMaxNewTokens(2);
        ActiveRequest request =
                hand.offer(Requests.of("abcd", List.of(), two, "interactive", Instant.MAX));

        assertThat(hand.answer(request).text()).isEqualTo("ab");
        assertThat(hand.answer(request).finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void endsWhenTheSlotIsFull() {
        ActiveRequest request = hand.offer(Requests.text("a".repeat(30)));

        assertThat(hand.answer(request).finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(
                        hand.answer(request).tokens().prompt()
                                + hand.answer(request).tokens().generated())
                .isEqualTo(model.slotLength());
    }

    @Test
    void givesAnAnswerTheSameRoomWhicheverSlotIsFree() {
        HandTurnedLoop two = new HandTurnedLoop(new ScriptedModel(List.of(280, 400), 50, 1));
        ActiveRequest inTheShort = two.offer(Requests.text("a".repeat(149)));
        ActiveRequest inTheLong = two.offer(Requests.text("b".repeat(149)));

        assertThat(two.answer(inTheShort).tokens().generated()).isEqualTo(280 - 150);
        assertThat(two.answer(inTheLong).tokens().generated()).isEqualTo(280 - 150);
        assertThat(two.answer(inTheLong).finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void givesAnAnswerALongSlotsRoomWhereItsPromptLeavesAShortOneTooLittle() {
        HandTurnedLoop two = new HandTurnedLoop(new ScriptedModel(List.of(270, 400), 50, 1));
        ActiveRequest request = two.offer(Requests.text("a".repeat(149)));

        assertThat(two.answer(request).text()).isEqualTo("a".repeat(149));
        assertThat(two.answer(request).finishReason()).isEqualTo(FinishReason.END_OF_SEQUENCE);
    }

    @Test
    void endsBeforeAStopText() {
        SamplingParams stop = new SamplingParams(0, 1, 0, 100, List.of("cd"), OptionalLong.empty());
        ActiveRequest request =
                hand.offer(Requests.of("abcde", List.of(), stop, "interactive", Instant.MAX));

        assertThat(hand.answer(request).text()).isEqualTo("ab");
        assertThat(hand.answer(request).finishReason()).isEqualTo(FinishReason.STOP_TEXT);
    }

    @Test
    void deliversPiecesThatJoinToTheText() {
        List<String> pieces = new ArrayList<>();
        ActiveRequest request = hand.offer(Requests.text("abc"), pieces::add);

        hand.answer(request);

        assertThat(pieces).containsExactly("a", "b", "c");
    }

    @Test
    void dropsACancelledRequestBeforeItBegins() {
        ActiveRequest request = hand.offer(Requests.aboutImage("abc"));
        request.cancel();

        hand.loop.step();

        assertThat(Requests.errorOf(request.result())).isEqualTo(ErrorCode.CANCELLED);
        assertThat(model.calls).isEmpty();
    }

    @Test
    void dropsACancelledRequestBetweenItsImageAndItsPrompt() {
        ActiveRequest request = hand.offer(Requests.aboutImage("abc"));
        hand.loop.step();
        request.cancel();

        hand.loop.step();

        assertThat(Requests.errorOf(request.result())).isEqualTo(ErrorCode.CANCELLED);
        assertThat(model.calls).containsExactly("encode");
    }

    @Test
    void givesTheSlotOfACancelledRequestToTheNextAtOnce() {
        ActiveRequest running = hand.offer(Requests.text("abcdef"));
        hand.offer(Requests.text("abcdef"));
        ActiveRequest waiting = hand.offer(Requests.text("z"));
        hand.steps(4);
        running.cancel();
        model.calls.clear();

        hand.steps(2);

        assertThat(Requests.errorOf(running.result())).isEqualTo(ErrorCode.CANCELLED);
        assertThat(model.calls).contains("prefill 1+1");
        assertThat(hand.answer(waiting).text()).isEqualTo("z");
    }

    @Test
    void dropsARequestWhoseDeadlinePassesBetweenTwoTokens() {
        Instant deadline = Instant.EPOCH.plus(STEP);
        ActiveRequest late =
                hand.offer(
                        Requests.of(
                                "abcdef",
                                List.of(),
                                SamplingParams.greedy(),
                                "interactive",
                                deadline));
        hand.steps(3);
        hand.now = deadline;

        hand.loop.step();

        assertThat(Requests.errorOf(late.result())).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
        assertThat(hand.counters.snapshot().expired()).isOne();
        assertThat(hand.counters.snapshot().running()).isZero();
    }

    @Test
    void retriesWhatFailsOnceWithoutHarmToTheAnswer() {
        ActiveRequest request = hand.offer(Requests.aboutImage("abc"));
        for (String kind : List.of("encode", "prefill", "decode")) {
            failNext(kind, 1);
            hand.loop.step();
            model.before = call -> {};
            hand.loop.step();
        }

        assertThat(hand.answer(request).text()).isEqualTo("###abc");
    }

    @Test
    void failsARequestWhoseWorkFailsTwiceAndServesItsNeighbour() {
        ActiveRequest broken = hand.offer(Requests.aboutImage("abc"));
        ActiveRequest neighbour = hand.offer(Requests.text("xyz"));
        failNext("encode", 2);

        assertThat(hand.answer(neighbour).text()).isEqualTo("xyz");
        assertThat(Requests.errorOf(broken.result())).isEqualTo(ErrorCode.INTERNAL);
        assertThat(hand.left).hasValue(2);
    }

    @Test
    void triesEachSequenceOfAFailedBatchAloneAndGoesOn() {
        ActiveRequest one = hand.offer(Requests.text("abcd"));
        ActiveRequest two = hand.offer(Requests.text("wxyz"));
        failNext("decode 2", 1);

        assertThat(hand.answer(one).text()).isEqualTo("abcd");
        assertThat(hand.answer(two).text()).isEqualTo("wxyz");
        assertThat(model.calls).containsSubsequence("decode 1", "decode 1", "decode 2");
    }

    /** What fails after the sequence has left its slot. */
    @Test
    void failsAnAnswerThatCannotBeCompletedAndServesTheNext() {
        ActiveRequest broken = hand.offer(Requests.text("a"));
        model.before = call -> hand.now = call.startsWith("decode") ? null : hand.now;
        hand.steps(2);
        model.before = call -> {};
        hand.now = Instant.EPOCH;

        assertThat(Requests.errorOf(broken.result())).isEqualTo(ErrorCode.INTERNAL);
        ActiveRequest next = hand.offer(Requests.text("xyz"));
        assertThat(hand.answer(next).text()).isEqualTo("xyz");
        assertThat(hand.left).hasValue(2);
    }

    @Test
    void failsASequenceWithoutATokenToChooseAndServesItsNeighbour() {
        SamplingParams sampled = new SamplingParams(1, 1, 0, 3, List.of(), OptionalLong.of(11));
        AtomicInteger spoilt = new AtomicInteger();
        model.before = call -> spoilt.set(call.equals("decode 2") ? 1 : 0);
        model.script =
                Optional.of(
                        tokens -> {
                            float[] logits = logits(Map.of('a', 1.0));
                            if (spoilt.getAndDecrement() > 0) {
                                Arrays.fill(logits, Float.NaN);
                            }
                            return logits;
                        });
        ActiveRequest one =
                hand.offer(Requests.of("b", List.of(), sampled, "interactive", Instant.MAX));
        ActiveRequest two =
                hand.offer(Requests.of("c", List.of(), sampled, "interactive", Instant.MAX));

        assertThat(hand.answer(two).text()).isEqualTo("aaa");
        assertThat(Requests.errorOf(one.result())).isEqualTo(ErrorCode.INTERNAL);
        assertThat(hand.left).hasValue(2);
    }

    /** Each by itself, by one thread, and together by several. */
    @Test
    void choosesTheSameTokensWhoeverHelps() {
        List<GenerationResult> alone = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            HandTurnedLoop one = new HandTurnedLoop(wordy());
            alone.add(one.answer(one.offer(sampled(i))));
        }
        ExecutorService pool = Executors.newFixedThreadPool(3);
        try {
            HandTurnedLoop many = new HandTurnedLoop(wordy(), new SharedWork(pool, 3));
            List<ActiveRequest> requests =
                    IntStream.range(0, 8).mapToObj(i -> many.offer(sampled(i))).toList();

            List<GenerationResult> together = requests.stream().map(many::answer).toList();

            assertThat(many.model.calls).contains("decode 8");
            assertThat(together)
                    .extracting(GenerationResult::text)
                    .isEqualTo(alone.stream().map(GenerationResult::text).toList());
            assertThat(together)
                    .extracting(GenerationResult::logProbabilities)
                    .isEqualTo(alone.stream().map(GenerationResult::logProbabilities).toList());
            assertThat(alone).extracting(GenerationResult::text).doesNotHaveDuplicates();
        } finally {
            pool.shutdownNow();
        }
    }

    /** A model that goes on with any letter, whichever is likelier after so many. */
    private static ScriptedModel wordy() {
        ScriptedModel model = new ScriptedModel(8, 60, 8);
        model.script =
                Optional.of(
                        tokens -> {
                            float[] logits = logits(Map.of());
                            for (int letter = 'a'; letter <= 'z'; letter++) {
                                logits[letter] = (letter * 7 + tokens.size()) % 5;
                            }
                            return logits;
                        });
        return model;
    }

    private static GenerationRequest sampled(int number) {
        SamplingParams params =
                new SamplingParams(
                                0.5 + number * 0.1, 0.9, 0, 30, List.of(), OptionalLong.of(number))
                        .withRepetitionPenalty(1.1)
                        .withTopLogProbabilities(2);
        return Requests.of("q" + number, List.of(), params, "interactive", Instant.MAX);
    }

    @Test
    void endsEveryRequestWhenTheMachineFails() {
        ActiveRequest one = hand.offer(Requests.text("abcd"));
        ActiveRequest two = hand.offer(Requests.text("wxyz"));
        model.before =
                call -> {
                    throw new OutOfMemoryError("scripted");
                };

        hand.loop.run();

        assertThat(Requests.errorOf(one.result())).isEqualTo(ErrorCode.ENGINE_FAILED);
        assertThat(Requests.errorOf(two.result())).isEqualTo(ErrorCode.ENGINE_FAILED);
        assertThat(model.closed).isTrue();
        ActiveRequest after = hand.offer(Requests.text("late"));
        assertThat(Requests.errorOf(after.result())).isEqualTo(ErrorCode.ENGINE_FAILED);
    }

    private void failNext(String kind, int times) {
        AtomicInteger toFail = new AtomicInteger(times);
        model.before =
                call -> {
                    if (call.startsWith(kind) && toFail.getAndDecrement() > 0) {
                        throw new IllegalStateException("scripted");
                    }
                };
    }
}
