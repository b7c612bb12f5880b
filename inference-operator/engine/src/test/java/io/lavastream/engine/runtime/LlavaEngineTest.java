package io.lavastream.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.ErrorCode;
import io.lavastream.engine.Generation;
import io.lavastream.engine.GenerationListener;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.GenerationResult;
import io.lavastream.engine.ModelDescription;
import io.lavastream.engine.ModelIdentity;
import io.lavastream.engine.SamplingParams;
import io.lavastream.engine.image.TiledImage;
import io.lavastream.engine.prompt.PromptTokens;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The engine with its threads, on a scripted model. Latches, not time, decide what happens when. */
@Timeout(60)
class LlavaEngineTest {
    private static final int WAITING_ROOM = 5;

    private final ScriptedModel model = new ScriptedModel(1, 40, 40);
    private final Gate gate = new Gate();
    private Preparation preparation = new LetterPreparation();
    private LlavaEngine engine;

    @AfterEach
    void close() {
        gate.open();
        if (engine != null) {
            engine.close();
        }
    }

    @Test
    void answers() {
        open();

        assertThat(submit(Requests.aboutImage("abc")).result().join().text()).isEqualTo("###abc");
        assertThat(engine.metrics().completed()).isOne();
        assertThat(engine.metrics().visionRuns()).isOne();
        assertThat(engine.metrics().prefillTokens()).isEqualTo(7);
    }

    @Test
    void deliversTextInOrderThenTheResultOffTheEngineThread() {
        open();
        List<String> told = new ArrayList<>();
        List<String> threads = new ArrayList<>();

        engine.submit(
                        Requests.text("abcdef"),
                        piece -> {
                            told.add(piece);
                            threads.add(Thread.currentThread().getName());
                        })
                .result()
                .thenAccept(result -> told.add("result " + result.text()))
                .join();

        assertThat(told).containsExactly("a", "b", "c", "d", "e", "f", "result abcdef");
        assertThat(threads).allMatch(name -> name.startsWith("lavastream-deliver"));
    }

    @Test
    void answersOthersWhileListenersDoNotReturn() {
        open();
        CountDownLatch release = new CountDownLatch(1);
        Generation slow = engine.submit(Requests.text("slow"), piece -> await(release));
        Generation alsoSlow = engine.submit(Requests.text("slow"), piece -> await(release));

        GenerationResult other = submit(Requests.text("quick")).result().join();

        assertThat(other.text()).isEqualTo("quick");
        assertThat(slow.result()).isNotDone();
        release.countDown();
        assertThat(slow.result().join().text()).isEqualTo("slow");
        assertThat(alsoSlow.result().join().text()).isEqualTo("slow");
    }

    @Test
    void tellsAListenerThatThrowsNoMoreAndStillAnswers() {
        open();
        List<String> told = new ArrayList<>();
        Generation generation =
                engine.submit(
                        Requests.text("abc"),
                        piece -> {
                            told.add(piece);
                            throw new IllegalStateException("scripted");
                        });

        assertThat(generation.result().join().text()).isEqualTo("abc");
        assertThat(told).containsExactly("a");
    }

    @Test
    void refusesWhatFindsNoPlaceAndTakesAgainOnceOneIsFree() {
        open();
        gate.shut();
        List<Generation> taken = new ArrayList<>();
        for (int i = 0; i < engine.capacity(); i++) {
            taken.add(submit(Requests.text("abc")));
        }

        Generation refused = submit(Requests.text("abc"));

        assertThat(engine.capacity()).isEqualTo(1 + WAITING_ROOM);
        assertThat(Requests.errorOf(refused)).isEqualTo(ErrorCode.OVERLOADED);
        gate.open();
        assertThat(taken).allMatch(generation -> generation.result().join().text().equals("abc"));
        assertThat(submit(Requests.text("xyz")).result().join().text()).isEqualTo("xyz");
        assertThat(engine.metrics().refused()).isOne();
    }

    @Test
    void hasAsManyPlacesAsPlannedWhereFewerSlotsFitTheDevice() {
        open(3);
        gate.shut();
        List<Generation> taken = new ArrayList<>();
        for (int i = 0; i < 3 + WAITING_ROOM; i++) {
            taken.add(submit(Requests.text("abc")));
        }

        Generation refused = submit(Requests.text("abc"));

        assertThat(engine.capacity()).isEqualTo(3 + WAITING_ROOM);
        assertThat(Requests.errorOf(refused)).isEqualTo(ErrorCode.OVERLOADED);
        gate.open();
        assertThat(taken).allMatch(generation -> generation.result().join().text().equals("abc"));
    }

    @Test
    void cancelsARequestThatRuns() {
        open();
        CountDownLatch begun = new CountDownLatch(1);
        gate.shutFor("decode 1");
        Generation generation = engine.submit(Requests.text("abc"), piece -> begun.countDown());
        await(begun);

        generation.cancel();
        gate.open();

        assertThat(Requests.errorOf(generation)).isEqualTo(ErrorCode.CANCELLED);
        assertThat(engine.metrics().cancelled()).isOne();
    }

    @Test
    void cancelsARequestThatWaitsToBePreparedAtOnce() {
        CountDownLatch release = new CountDownLatch(1);
        preparation =
                new LetterPreparation() {
                    @Override
                    public PromptTokens prompt(GenerationRequest request) {
                        await(release);
                        return super.prompt(request);
                    }
                };
        open();
        Generation one = submit(Requests.text("abc"));
        Generation two = submit(Requests.text("abc"));
        Generation queued = submit(Requests.text("abc"));

        queued.cancel();

        assertThat(Requests.errorOf(queued)).isEqualTo(ErrorCode.CANCELLED);
        two.cancel();
        release.countDown();
        assertThat(Requests.errorOf(two)).isEqualTo(ErrorCode.CANCELLED);
        assertThat(one.result().join().text()).isEqualTo("abc");
    }

    @Test
    void preparesByLaneThenDeadlineThenArrival() {
        CountDownLatch bothHeld = new CountDownLatch(2);
        CountDownLatch one = new CountDownLatch(1);
        CountDownLatch other = new CountDownLatch(1);
        List<String> prepared = new CopyOnWriteArrayList<>();
        preparation =
                new LetterPreparation() {
                    @Override
                    public PromptTokens prompt(GenerationRequest request) {
                        prepared.add(request.id());
                        if (request.id().startsWith("held")) {
                            bothHeld.countDown();
                            await(request.id().equals("held") ? one : other);
                        }
                        return super.prompt(request);
                    }
                };
        open();
        Generation held = submit(Requests.text("held"));
        Generation longer = submit(Requests.text("heldlonger"));
        await(bothHeld);
        prepared.clear();
        List<Generation> waiting =
                List.of(
                        submit(waiting("later", "bulk", Instant.MAX)),
                        submit(waiting("third", "interactive", Instant.MAX)),
                        submit(waiting("fourth", "interactive", Instant.MAX)),
                        submit(waiting("first", "interactive", Instant.MAX.minusSeconds(1))));

        one.countDown();
        waiting.forEach(generation -> generation.result().join());

        assertThat(prepared).containsExactly("first", "third", "fourth", "later");
        other.countDown();
        held.result().join();
        longer.result().join();
    }

    private static GenerationRequest waiting(String text, String lane, Instant deadline) {
        return Requests.of(text, List.of(), SamplingParams.greedy(), lane, deadline);
    }

    @Test
    void looksBetweenImagesWhetherTheRequestIsStillWanted() {
        AtomicInteger decoded = new AtomicInteger();
        AtomicReference<Generation> submitted = new AtomicReference<>();
        CountDownLatch known = new CountDownLatch(1);
        preparation =
                new LetterPreparation() {
                    @Override
                    public TiledImage image(EncodedImage image) {
                        decoded.incrementAndGet();
                        await(known);
                        submitted.get().cancel();
                        return super.image(image);
                    }
                };
        open();
        submitted.set(
                submit(
                        Requests.of(
                                "abc",
                                List.of(Requests.IMAGE, Requests.IMAGE),
                                SamplingParams.greedy(),
                                "interactive",
                                Instant.MAX)));
        known.countDown();

        assertThat(Requests.errorOf(submitted.get())).isEqualTo(ErrorCode.CANCELLED);
        assertThat(decoded).hasValue(1);
    }

    @Test
    void hasNoEffectToCancelWhatHasFinished() {
        open();
        Generation generation = submit(Requests.text("abc"));
        generation.result().join();

        generation.cancel();

        assertThat(generation.result().join().text()).isEqualTo("abc");
    }

    @Test
    void refusesAPromptThatIsTooLongBeforeItsImageIsRead() {
        preparation =
                new LetterPreparation() {
                    @Override
                    public TiledImage image(EncodedImage image) {
                        throw new AssertionError("images are read");
                    }
                };
        open();
        Generation generation = submit(Requests.aboutImage("a".repeat(50)));

        assertThat(Requests.errorOf(generation)).isEqualTo(ErrorCode.PROMPT_TOO_LONG);
        assertThat(generation.result())
                .isCompletedExceptionally()
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withMessageContaining(
                        "prompt: 54 tokens, 3 of them of 1 image(s) (expected: at most 39,"
                                + " slot-length 40 less one for the answer)");
        assertThat(engine.metrics().visionRuns()).isZero();
    }

    @Test
    void failsABadImageAndAnswersTheNext() {
        open();
        GenerationRequest corrupt =
                Requests.of(
                        "abc",
                        List.of(EncodedImage.of(new byte[0])),
                        SamplingParams.greedy(),
                        "interactive",
                        Instant.MAX);

        assertThat(Requests.errorOf(submit(corrupt))).isEqualTo(ErrorCode.IMAGE_CORRUPT);
        assertThat(submit(Requests.text("abc")).result().join().text()).isEqualTo("abc");
    }

    @Test
    void refusesAnotherModelsName() {
        open();
        GenerationRequest request = Requests.text("abc");
        GenerationRequest other =
                new GenerationRequest(
                        "r",
                        request.images(),
                        request.history(),
                        request.question(),
                        request.format(),
                        request.sampling(),
                        request.lane(),
                        request.deadline(),
                        Optional.of("gpt"));

        assertThat(Requests.errorOf(submit(other))).isEqualTo(ErrorCode.UNKNOWN_MODEL);
    }

    @Test
    void refusesALaneThatIsNotConfigured() {
        open();
        GenerationRequest request =
                Requests.of("abc", List.of(), SamplingParams.greedy(), "express", Instant.MAX);

        assertThat(Requests.errorOf(submit(request))).isEqualTo(ErrorCode.INVALID_PARAMETER);
    }

    @Test
    void refusesWhatIsTooLateAlready() {
        open();
        GenerationRequest request =
                Requests.of(
                        "abc", List.of(), SamplingParams.greedy(), "interactive", Instant.EPOCH);

        assertThat(Requests.errorOf(submit(request))).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
    }

    @Test
    void failsWhatIsUnfinishedWhenItCloses() {
        open();
        CountDownLatch begun = new CountDownLatch(1);
        gate.shutFor("decode 1");
        Generation running = engine.submit(Requests.text("abc"), piece -> begun.countDown());
        await(begun);
        Generation waiting = submit(Requests.text("abc"));

        engine.close();

        assertThat(Requests.errorOf(running)).isEqualTo(ErrorCode.SHUTTING_DOWN);
        assertThat(Requests.errorOf(waiting)).isEqualTo(ErrorCode.SHUTTING_DOWN);
        assertThat(Requests.errorOf(submit(Requests.text("abc"))))
                .isEqualTo(ErrorCode.SHUTTING_DOWN);
        assertThat(model.closed).isTrue();
    }

    @Test
    void canBeClosedByAListener() {
        open();

        Generation generation = engine.submit(Requests.text("abc"), piece -> engine.close());
        generation.result().handle((result, error) -> "ended").join();

        assertThat(Requests.errorOf(submit(Requests.text("abc"))))
                .isEqualTo(ErrorCode.SHUTTING_DOWN);
    }

    private void open() {
        open(model.slots());
    }

    private void open(int plannedSlots) {
        model.before = gate::pass;
        engine =
                new LlavaEngine(
                        new ServedModel(
                                model,
                                plannedSlots,
                                model.times(),
                                preparation,
                                PromptLimit.ofSlot(model.slotLength()),
                                new ModelDescription(
                                        new ModelIdentity("letters", "1", "none", "pad"),
                                        "as set",
                                        "as set",
                                        "none",
                                        "cpu",
                                        "1 of 40 positions")),
                        EngineConfig.defaults(Path.of("letters")).withWaitingRoom(WAITING_ROOM),
                        Clocks.system());
    }

    private Generation submit(GenerationRequest request) {
        return engine.submit(request, GenerationListener.NONE);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Holds the engine thread inside a call of the model. */
    private static final class Gate {
        private final AtomicReference<CountDownLatch> latch =
                new AtomicReference<>(new CountDownLatch(0));
        private volatile String held = "";

        void shut() {
            shutFor("");
        }

        /** Holds calls that begin with {@code call}. */
        void shutFor(String call) {
            held = call;
            latch.set(new CountDownLatch(1));
        }

        void open() {
            latch.get().countDown();
        }

        void pass(String call) {
            if (call.startsWith(held)) {
                try {
                    latch.get().await();
                } catch (InterruptedException e) {
                    // The engine is being stopped: this call is the step under way, and ends.
                }
            }
        }
    }
}
