package io.lavastream.engine.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

/** Whatever arrives, leaves, fails and is given up: no slot twice, none lost, every sequence leaves exactly once. */
class SchedulerPropertyTest {
    private static final int CHUNK = 7;

    /** One thing that happens; numbers are reduced to what exists at that moment. */
    sealed interface Event {
        record Arrive(int lane, int deadline, int images, int promptLength, int tokens)
                implements Event {}

        record Abandon(int index) implements Event {}

        record Work(boolean fails) implements Event {}
    }

    @Property(tries = 500)
    void keepsItsInvariants(
            @ForAll @IntRange(min = 1, max = 5) int slots,
            @ForAll @IntRange(max = 4) int reserved,
            @ForAll("events") List<Event> events) {
        Simulation simulation = new Simulation(slots, Math.min(reserved, slots - 1));

        events.forEach(simulation::happen);
        simulation.drain();

        assertThat(simulation.left).isEqualTo(simulation.arrived);
        assertThat(simulation.scheduler.isEmpty()).isTrue();
        assertThat(simulation.scheduler.holdingSlots()).isZero();
    }

    @Provide
    Arbitrary<List<Event>> events() {
        Arbitrary<Event> arrive =
                Combinators.combine(
                                Arbitraries.integers().between(0, 2),
                                Arbitraries.integers().between(0, 5),
                                Arbitraries.integers().between(0, 2),
                                Arbitraries.integers().between(1, 30),
                                Arbitraries.integers().between(1, 12))
                        .as(Event.Arrive::new);
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

    /** A scheduler, a model that does its work, and what must be true after every step. */
    private static final class Simulation {
        private final int slots;
        private final int reserved;
        private final Scheduler scheduler;
        private final Set<Sequence> arrived = new LinkedHashSet<>();
        private final Set<Sequence> left = new LinkedHashSet<>();
        private final Map<Sequence, Integer> tokensToGo = new HashMap<>();
        private int piecesSinceDecode;

        Simulation(int slots, int reserved) {
            this.slots = slots;
            this.reserved = reserved;
            this.scheduler = new Scheduler(new SchedulerSettings(slots, reserved, CHUNK));
        }

        void happen(Event event) {
            if (event instanceof Event.Arrive arrival) {
                arrive(arrival);
            } else if (event instanceof Event.Abandon abandoned) {
                List<Sequence> present = present();
                if (!present.isEmpty()) {
                    leave(present.get(abandoned.index() % present.size()));
                }
            } else {
                work(((Event.Work) event).fails());
            }
            check();
        }

        void drain() {
            int steps = 0;
            while (!scheduler.isEmpty()) {
                assertThat(steps++).as("steps to drain").isLessThan(100_000);
                happen(new Event.Work(false));
            }
        }

        private void arrive(Event.Arrive arrival) {
            Instant deadline =
                    arrival.deadline() == 0
                            ? Instant.MAX
                            : Instant.ofEpochSecond(arrival.deadline());
            Sequence sequence =
                    new Sequence(
                            arrival.lane(), deadline, arrival.images(), arrival.promptLength());
            arrived.add(sequence);
            tokensToGo.put(sequence, arrival.tokens());
            scheduler.add(sequence);
        }

        private void work(boolean fails) {
            Optional<Work> next = scheduler.next();
            assertThat(next.isPresent()).isEqualTo(!scheduler.isEmpty());
            if (next.isEmpty()) {
                return;
            }
            Work work = next.get();
            boolean othersRun = present().stream().anyMatch(SchedulerPropertyTest::runs);
            piecesSinceDecode =
                    work instanceof Work.Decode || !othersRun ? 0 : piecesSinceDecode + 1;
            assertThat(piecesSinceDecode).as("prompt work between decodes").isLessThan(2);
            if (fails) {
                scheduler.failed(work).forEach(this::leave);
                return;
            }
            ScriptedWork.succeed(scheduler, work);
            work.sequences().stream().filter(SchedulerPropertyTest::runs).forEach(this::produce);
        }

        private void produce(Sequence sequence) {
            if (tokensToGo.merge(sequence, -1, Integer::sum) == 0) {
                leave(sequence);
            }
        }

        private void leave(Sequence sequence) {
            scheduler.finish(sequence);
            assertThat(left.add(sequence)).as("leaves once").isTrue();
        }

        private void check() {
            Set<Integer> taken = new HashSet<>();
            int holding = 0;
            int later = 0;
            for (Sequence sequence : present()) {
                if (sequence.holdsSlot()) {
                    assertThat(taken.add(sequence.slot())).as("slot held once").isTrue();
                    assertThat(sequence.slot()).isBetween(0, slots - 1);
                    holding++;
                    later += sequence.lane() > 0 ? 1 : 0;
                }
            }
            assertThat(later).isLessThanOrEqualTo(slots - reserved);
            assertThat(scheduler.holdingSlots()).isEqualTo(holding);
            assertThat(scheduler.waiting()).isEqualTo(present().size() - holding);
        }

        private List<Sequence> present() {
            return arrived.stream().filter(sequence -> !left.contains(sequence)).toList();
        }
    }

    private static boolean runs(Sequence sequence) {
        return sequence.state() == Sequence.State.RUNNING;
    }
}
