package io.lavastream.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.ErrorCode;
import io.lavastream.engine.FinishReason;
import io.lavastream.engine.GenerationListener;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.GenerationResult;
import io.lavastream.engine.ModelIdentity;
import io.lavastream.engine.SamplingParams;
import io.lavastream.engine.scheduler.Scheduler;
import io.lavastream.engine.scheduler.SchedulerSettings;
import io.lavastream.engine.scheduler.Sequence;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The loop turned by hand, step by step, on a scripted model and a virtual clock. */
class EngineLoopTest {
    private static final Duration STEP = Duration.ofMillis(10);

    private final ScriptedModel model = new ScriptedModel(2, 40, 8);
    private final Counters counters = new Counters();
    private final AtomicInteger left = new AtomicInteger();
    private final EngineLoop loop =
            new EngineLoop(
                    model,
                    new ModelIdentity("letters", "1", "none", "pad"),
                    new Scheduler(new SchedulerSettings(2, 0, 8)),
                    16,
                    this::now,
                    counters);
    private Instant now = Instant.EPOCH;

    @Test
    void answersOnePieceOfWorkAStep() {
        ActiveRequest request = offer(Requests.aboutImage("abc"));

        GenerationResult result = answer(request);

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
    void measuresEachStageFromSubmissionToTheEnd() {
        ActiveRequest request = offer(Requests.aboutImage("abc"));
        now = now.plusSeconds(1);
        model.before = call -> now = now.plus(STEP);

        GenerationResult.Timings timings = answer(request).timings();

        assertThat(timings.queue()).isEqualTo(Duration.ofSeconds(1));
        assertThat(timings.vision()).isEqualTo(STEP);
        assertThat(timings.prefill()).isEqualTo(STEP);
        assertThat(timings.decode()).isEqualTo(STEP.multipliedBy(6));
    }

    @Test
    void prefillsALongPromptInChunksAcrossItsImage() {
        ActiveRequest request = offer(Requests.aboutImage("abcdefghijkl"));

        assertThat(answer(request).text()).isEqualTo("###abcdefghijkl");
        assertThat(model.calls).startsWith("encode", "prefill 0+8", "prefill 8+8");
    }

    @Test
    void decodesWhoRunsTogether() {
        ActiveRequest one = offer(Requests.text("abcd"));
        ActiveRequest two = offer(Requests.text("wxyz"));

        assertThat(answer(one).text()).isEqualTo("abcd");
        assertThat(answer(two).text()).isEqualTo("wxyz");
        assertThat(model.calls).contains("decode 2");
    }

    @Test
    void asksForLogitsWhereSomeoneSamples() {
        SamplingParams sampled =
                new SamplingParams(0.7, 0.9, 5, 100, List.of(), OptionalLong.of(11));
        ActiveRequest greedy = offer(Requests.text("abcd"));
        ActiveRequest other =
                offer(Requests.of("wxyz", List.of(), sampled, "interactive", Instant.MAX));

        assertThat(answer(other).text()).isEqualTo("wxyz");
        assertThat(answer(other).seed()).isEqualTo(11);
        assertThat(answer(greedy).text()).isEqualTo("abcd");
    }

    @Test
    void endsWithTheLastPermittedToken() {
        SamplingParams two = SamplingParams.greedy().withMaxNewTokens(2);
        ActiveRequest request =
                offer(Requests.of("abcd", List.of(), two, "interactive", Instant.MAX));

        assertThat(answer(request).text()).isEqualTo("ab");
        assertThat(answer(request).finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void endsWhenTheSlotIsFull() {
        ActiveRequest request = offer(Requests.text("a".repeat(30)));

        assertThat(answer(request).finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(answer(request).tokens().prompt() + answer(request).tokens().generated())
                .isEqualTo(model.slotLength());
    }

    @Test
    void endsBeforeAStopText() {
        SamplingParams stop = new SamplingParams(0, 1, 0, 100, List.of("cd"), OptionalLong.empty());
        ActiveRequest request =
                offer(Requests.of("abcde", List.of(), stop, "interactive", Instant.MAX));

        assertThat(answer(request).text()).isEqualTo("ab");
        assertThat(answer(request).finishReason()).isEqualTo(FinishReason.STOP_TEXT);
    }

    @Test
    void deliversPiecesThatJoinToTheText() {
        List<String> pieces = new ArrayList<>();
        ActiveRequest request = offer(Requests.text("abc"), pieces::add);

        answer(request);

        assertThat(pieces).containsExactly("a", "b", "c");
    }

    @Test
    void dropsACancelledRequestBeforeItBegins() {
        ActiveRequest request = offer(Requests.aboutImage("abc"));
        request.cancel();

        loop.step();

        assertThat(Requests.errorOf(request.result())).isEqualTo(ErrorCode.CANCELLED);
        assertThat(model.calls).isEmpty();
    }

    @Test
    void dropsACancelledRequestBetweenItsImageAndItsPrompt() {
        ActiveRequest request = offer(Requests.aboutImage("abc"));
        loop.step();
        request.cancel();

        loop.step();

        assertThat(Requests.errorOf(request.result())).isEqualTo(ErrorCode.CANCELLED);
        assertThat(model.calls).containsExactly("encode");
    }

    @Test
    void givesTheSlotOfACancelledRequestToTheNextAtOnce() {
        ActiveRequest running = offer(Requests.text("abcdef"));
        offer(Requests.text("abcdef"));
        ActiveRequest waiting = offer(Requests.text("z"));
        steps(4);
        running.cancel();
        model.calls.clear();

        steps(2);

        assertThat(Requests.errorOf(running.result())).isEqualTo(ErrorCode.CANCELLED);
        assertThat(model.calls).contains("prefill 0+2");
        assertThat(answer(waiting).text()).isEqualTo("z");
    }

    @Test
    void dropsARequestWhoseDeadlinePassesBetweenTwoTokens() {
        Instant deadline = Instant.EPOCH.plus(STEP);
        ActiveRequest late =
                offer(
                        Requests.of(
                                "abcdef",
                                List.of(),
                                SamplingParams.greedy(),
                                "interactive",
                                deadline));
        steps(3);
        now = deadline;

        loop.step();

        assertThat(Requests.errorOf(late.result())).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
        assertThat(counters.snapshot().expired()).isOne();
        assertThat(counters.snapshot().running()).isZero();
    }

    @Test
    void retriesWhatFailsOnceWithoutHarmToTheAnswer() {
        ActiveRequest request = offer(Requests.aboutImage("abc"));
        for (String kind : List.of("encode", "prefill", "decode")) {
            failNext(kind, 1);
            loop.step();
            model.before = call -> {};
            loop.step();
        }

        assertThat(answer(request).text()).isEqualTo("###abc");
    }

    @Test
    void failsARequestWhoseWorkFailsTwiceAndServesItsNeighbour() {
        ActiveRequest broken = offer(Requests.aboutImage("abc"));
        ActiveRequest neighbour = offer(Requests.text("xyz"));
        failNext("encode", 2);

        assertThat(answer(neighbour).text()).isEqualTo("xyz");
        assertThat(Requests.errorOf(broken.result())).isEqualTo(ErrorCode.INTERNAL);
        assertThat(left).hasValue(2);
    }

    @Test
    void triesEachSequenceOfAFailedBatchAloneAndGoesOn() {
        ActiveRequest one = offer(Requests.text("abcd"));
        ActiveRequest two = offer(Requests.text("wxyz"));
        failNext("decode 2", 1);

        assertThat(answer(one).text()).isEqualTo("abcd");
        assertThat(answer(two).text()).isEqualTo("wxyz");
        assertThat(model.calls).containsSubsequence("decode 1", "decode 1", "decode 2");
    }

    @Test
    void endsEveryRequestWhenTheMachineFails() {
        ActiveRequest one = offer(Requests.text("abcd"));
        ActiveRequest two = offer(Requests.text("wxyz"));
        model.before =
                call -> {
                    throw new OutOfMemoryError("scripted");
                };

        loop.run();

        assertThat(Requests.errorOf(one.result())).isEqualTo(ErrorCode.INTERNAL);
        assertThat(Requests.errorOf(two.result())).isEqualTo(ErrorCode.INTERNAL);
        assertThat(model.closed).isTrue();
        ActiveRequest after = offer(Requests.text("late"));
        assertThat(Requests.errorOf(after.result())).isEqualTo(ErrorCode.INTERNAL);
    }

    private Instant now() {
        return now;
    }

    private ActiveRequest offer(GenerationRequest request) {
        return offer(request, GenerationListener.NONE);
    }

    private ActiveRequest offer(GenerationRequest request, GenerationListener listener) {
        counters.accepted(1);
        ActiveRequest active =
                new ActiveRequest(
                        request,
                        new Delivery(request.id(), listener, Runnable::run),
                        new Stopwatch(() -> Duration.between(Instant.EPOCH, now).toNanos()),
                        counters,
                        left::incrementAndGet);
        LetterPreparation preparation = new LetterPreparation();
        Sequence sequence =
                active.prepared(
                        PreparedRequest.of(
                                preparation.prompt(request),
                                preparation.images(request),
                                ScriptedModel.IMAGE_TOKENS,
                                PromptLimit.ofSlot(model.slotLength()),
                                preparation.answer(request)),
                        0);
        loop.offer(active, sequence);
        return active;
    }

    /** Turns the loop until {@code request} is answered. */
    private GenerationResult answer(ActiveRequest request) {
        for (int i = 0; i < 1_000 && !request.result().isDone(); i++) {
            loop.step();
        }
        return request.result().getNow(null);
    }

    private void steps(int count) {
        for (int i = 0; i < count; i++) {
            loop.step();
        }
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
