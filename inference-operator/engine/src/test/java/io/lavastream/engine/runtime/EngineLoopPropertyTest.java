package io.lavastream.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.EngineException;
import io.lavastream.engine.EngineMetrics;
import io.lavastream.engine.ErrorCode;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.SamplingParams;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

/**
 * Whatever joins, leaves, expires and fails: every request ends exactly once, with its own whole answer or an error that has a
 * cause. (A second outcome of a request throws, and the scripted model checks each token against the slot's own prompt.)
 */
class EngineLoopPropertyTest {
    private static final Set<ErrorCode> POSSIBLE =
            EnumSet.of(ErrorCode.CANCELLED, ErrorCode.DEADLINE_EXCEEDED, ErrorCode.INTERNAL);

    /** Something that happens to a loop and its requests. */
    private interface Event extends Consumer<Run> {}

    @Property(tries = 300)
    void endsEveryRequestOnceAndNeverMixesThemUp(
            @ForAll @IntRange(min = 1, max = 4) int slots,
            @ForAll @IntRange(min = 1, max = 20) int maxChunk,
            @ForAll("events") List<Event> events) {
        Run run = new Run(slots, maxChunk);

        events.forEach(event -> event.accept(run));
        run.drain();

        EngineMetrics metrics = run.hand.counters.snapshot();
        assertThat(run.requests).allMatch(request -> request.result().isDone());
        assertThat(run.hand.left).hasValue(run.requests.size());
        assertThat(metrics.completed() + metrics.cancelled() + metrics.expired() + metrics.failed())
                .isEqualTo(run.requests.size());
        assertThat(metrics.waiting() + metrics.running()).isZero();
        for (int i = 0; i < run.requests.size(); i++) {
            checkOutcome(run.asked.get(i), run.requests.get(i));
        }
    }

    @Provide
    Arbitrary<List<Event>> events() {
        Arbitrary<Event> arrival =
                Combinators.combine(
                                Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(15),
                                Arbitraries.integers().between(0, 2),
                                Arbitraries.integers().between(1, 60))
                        .as(
                                (question, images, seconds) ->
                                        run -> run.arrive(question, images, seconds));
        Arbitrary<Event> cancel =
                Arbitraries.integers().between(0, 1_000).map(index -> run -> run.cancel(index));
        return Arbitraries.frequencyOf(
                        Tuple.of(4, arrival),
                        Tuple.of(1, cancel),
                        Tuple.of(1, Arbitraries.just(run -> run.failing = !run.failing)),
                        Tuple.of(14, Arbitraries.just(Run::step)))
                .list()
                .ofMaxSize(250);
    }

    private static void checkOutcome(GenerationRequest asked, ActiveRequest request) {
        try {
            String expected = "#".repeat(3 * asked.images().size()) + asked.question();
            assertThat(request.result().join().text()).isEqualTo(expected);
        } catch (CompletionException e) {
            assertThat(POSSIBLE).contains(((EngineException) e.getCause()).code());
        }
    }

    /** A loop under way; each step takes a second, and fails while {@code failing}. */
    private static final class Run {
        private final HandTurnedLoop hand;
        private final List<GenerationRequest> asked = new ArrayList<>();
        private final List<ActiveRequest> requests = new ArrayList<>();
        private boolean failing;

        Run(int slots, int maxChunk) {
            hand = new HandTurnedLoop(new ScriptedModel(slots, 64, maxChunk, 2));
            hand.model.before =
                    call -> {
                        if (failing) {
                            throw new IllegalStateException("scripted");
                        }
                    };
        }

        void arrive(String question, int images, int seconds) {
            GenerationRequest request =
                    Requests.of(
                            question,
                            List.of(Requests.IMAGE, Requests.IMAGE).subList(0, images),
                            SamplingParams.greedy(),
                            GenerationRequest.INTERACTIVE,
                            seconds == 1 ? Instant.MAX : hand.now.plusSeconds(seconds));
            asked.add(request);
            requests.add(hand.offer(request));
        }

        void cancel(int index) {
            if (!requests.isEmpty()) {
                requests.get(index % requests.size()).cancel();
            }
        }

        void step() {
            hand.loop.step();
            hand.now = hand.now.plusSeconds(1);
        }

        void drain() {
            failing = false;
            for (int i = 0; i < 10_000 && hand.left.get() < requests.size(); i++) {
                step();
            }
        }
    }
}
