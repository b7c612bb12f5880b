package io.lavastream.engine.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

/**
 * Whatever arrives, leaves, fails and is given up: no slot twice, none lost, every sequence leaves exactly once and in between
 * finds in its slot what it computed or reused; and nobody waits for longer than is promised.
 */
class SchedulerPropertyTest {
    /** So that prompts often begin alike, with the same images or others. */
    private static final List<String> BEGINNINGS =
            List.of("s", "sAAAA", "sAAAABBBB", "sAAAACCCC", "sBBBBBBBBBBBBB", "AAAA", "tune");

    private static final int SHORT = 20;
    private static final int LONG = 40;

    /** One thing that happens; numbers are reduced to what exists at that moment. */
    sealed interface Event {
        record Arrive(int lane, int deadline, String prompt, int tokens) implements Event {}

        record Abandon(int index) implements Event {}

        record Work(boolean fails) implements Event {}
    }

    @Property(tries = 700)
    void keepsItsInvariants(
            @ForAll("slots") List<Integer> slots,
            @ForAll @IntRange(max = 4) int reserved,
            @ForAll @IntRange(min = 1, max = 60) int stallMillis,
            @ForAll("events") List<Event> events) {
        SimulatedEngine engine = new SimulatedEngine(settings(slots, reserved, stallMillis));

        events.forEach(event -> happen(engine, event));
        engine.drain();

        assertThat(engine.left()).isEqualTo(engine.arrived());
        assertThat(engine.scheduler().isEmpty()).isTrue();
        assertThat(engine.scheduler().holdingSlots()).isZero();
        assertThat(engine.scheduler().tilesInUse()).isZero();
    }

    /** With rivals of every kind before it and more coming all the time. */
    @Property(tries = 2_000)
    void servesEverySequenceOnceThoseBeforeItAre(
            @ForAll("slots") List<Integer> slots,
            @ForAll @IntRange(max = 2) int reserved,
            @ForAll @IntRange(max = 2) int lane,
            @ForAll boolean isLong,
            @ForAll("arrivals") List<Event.Arrive> rivals) {
        SimulatedEngine engine = new SimulatedEngine(settings(slots, reserved, 20));
        String prompt = isLong ? "sAAAAverypatientindeed" : "sAAAApatient";
        Sequence patient = engine.arrive(lane, Instant.MAX, prompt, 2);

        int pieces = 0;
        while (patient.state() != Sequence.State.FINISHED) {
            Event.Arrive rival = rivals.get(pieces % rivals.size());
            engine.arrive(rival.lane(), deadline(rival), rival.prompt(), rival.tokens());
            engine.work(false);
            assertThat(pieces++).isLessThan(40 * Scheduler.FAIR_SHARE);
        }
    }

    /** Some short ones, perhaps, and some that are long enough for all. */
    @Provide
    Arbitrary<List<Integer>> slots() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 3), Arbitraries.integers().between(1, 3))
                .as(
                        (some, others) ->
                                Stream.concat(
                                                Collections.nCopies(some, SHORT).stream(),
                                                Collections.nCopies(others, LONG).stream())
                                        .toList());
    }

    @Provide
    Arbitrary<List<Event>> events() {
        Arbitrary<Event> arrive = arrival().map(arrival -> arrival);
        Arbitrary<Event> abandon = Arbitraries.integers().between(0, 1_000).map(Event.Abandon::new);
        Arbitrary<Event> succeeds = Arbitraries.just(new Event.Work(false));
        Arbitrary<Event> fails = Arbitraries.just(new Event.Work(true));
        return Arbitraries.frequencyOf(
                        Tuple.of(3, arrive),
                        Tuple.of(1, abandon),
                        Tuple.of(12, succeeds),
                        Tuple.of(1, fails))
                .list()
                .ofMaxSize(300);
    }

    @Provide
    Arbitrary<List<Event.Arrive>> arrivals() {
        return arrival().list().ofMinSize(1).ofMaxSize(10);
    }

    private static Arbitrary<Event.Arrive> arrival() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.integers().between(0, 5),
                        Arbitraries.of(BEGINNINGS),
                        Arbitraries.strings().withChars('a', 'b').ofMinLength(1).ofMaxLength(24),
                        Arbitraries.integers().between(1, 12))
                .as(
                        (lane, deadline, beginning, end, tokens) ->
                                new Event.Arrive(lane, deadline, beginning + end, tokens));
    }

    private static void happen(SimulatedEngine engine, Event event) {
        if (event instanceof Event.Arrive arrival) {
            engine.arrive(arrival.lane(), deadline(arrival), arrival.prompt(), arrival.tokens());
        } else if (event instanceof Event.Abandon abandoned) {
            engine.abandon(abandoned.index());
        } else {
            engine.work(((Event.Work) event).fails());
        }
    }

    private static Instant deadline(Event.Arrive arrival) {
        return arrival.deadline() == 0 ? Instant.MAX : Instant.ofEpochSecond(arrival.deadline());
    }

    /** @param reserved slots, or all but one where there are not as many */
    private static SchedulerSettings settings(List<Integer> slots, int reserved, int stallMillis) {
        PieceTimes times =
                new PieceTimes(
                        List.of(Duration.ofMillis(7), Duration.ofMillis(4)),
                        List.of(
                                new PieceTimes.Chunk(2, Duration.ofMillis(5), 100_000),
                                new PieceTimes.Chunk(4, Duration.ofMillis(6), 200_000),
                                new PieceTimes.Chunk(8, Duration.ofMillis(7), 500_000)),
                        300_000);
        return new SchedulerSettings(
                slots,
                Math.min(reserved, slots.size() - 1),
                times,
                Duration.ofMillis(stallMillis),
                Duration.ofMillis((stallMillis + 1) / 2));
    }
}
