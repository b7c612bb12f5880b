package io.lavastream.engine.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class SchedulerTest {
    private static final int INTERACTIVE = 0;
    private static final int BULK = 1;
    private static final int CHUNK = 10;
    private static final Instant LATER = Instant.ofEpochSecond(2_000);
    private static final Instant SOON = Instant.ofEpochSecond(1_000);

    private Scheduler scheduler = new Scheduler(new SchedulerSettings(5, 0, CHUNK));

    @Test
    void hasNothingToDoWithoutSequences() {
        assertThat(scheduler.next()).isEmpty();
        assertThat(scheduler.isEmpty()).isTrue();
    }

    @Test
    void encodesTheImagesThenPrefillsInChunksThenDecodes() {
        Sequence sequence = add(new Sequence(INTERACTIVE, Instant.MAX, 2, 25));

        assertThat(steps(7))
                .containsExactly(
                        new Work.EncodeTile(sequence, 0),
                        new Work.EncodeTile(sequence, 1),
                        new Work.Prefill(sequence, 0, 10),
                        new Work.Prefill(sequence, 10, 10),
                        new Work.Prefill(sequence, 20, 5),
                        new Work.Decode(List.of(sequence)),
                        new Work.Decode(List.of(sequence)));
    }

    @Test
    void putsAtMostOnePieceOfPromptWorkBetweenTwoDecodeSteps() {
        Sequence running = add(text(INTERACTIVE, Instant.MAX));
        steps(2);
        Sequence joining = add(new Sequence(INTERACTIVE, Instant.MAX, 1, 15));

        assertThat(steps(6))
                .containsExactly(
                        new Work.EncodeTile(joining, 0),
                        new Work.Decode(List.of(running)),
                        new Work.Prefill(joining, 0, 10),
                        new Work.Decode(List.of(running)),
                        new Work.Prefill(joining, 10, 5),
                        new Work.Decode(List.of(running, joining)));
    }

    @Test
    void startsTheFirstLaneFirstThenTheEarliestDeadlineThenTheEarliestArrival() {
        Sequence bulk = add(text(BULK, SOON));
        Sequence endless = add(text(INTERACTIVE, Instant.MAX));
        Sequence later = add(text(INTERACTIVE, LATER));
        Sequence soon = add(text(INTERACTIVE, SOON));
        Sequence soonToo = add(text(INTERACTIVE, SOON));

        assertThat(started(5)).containsExactly(soon, soonToo, later, endless, bulk);
    }

    @Test
    void finishesAPromptOfALaneBeforeStartingTheNextOfThatLane() {
        Sequence begun = add(new Sequence(BULK, Instant.MAX, 0, 30));
        steps(1);
        add(new Sequence(BULK, SOON, 0, 30));

        assertThat(steps(1)).containsExactly(new Work.Prefill(begun, 10, 10));
    }

    @Test
    void letsTheFirstLaneOvertakeAPromptOfALaterLaneBetweenTwoPieces() {
        add(new Sequence(BULK, Instant.MAX, 0, 30));
        steps(1);
        Sequence urgent = add(text(INTERACTIVE, Instant.MAX));

        assertThat(steps(1)).containsExactly(new Work.Prefill(urgent, 0, 1));
    }

    @Test
    void keepsReservedSlotsForTheFirstLane() {
        scheduler = new Scheduler(new SchedulerSettings(3, 1, CHUNK));
        for (int i = 0; i < 3; i++) {
            add(text(BULK, Instant.MAX));
        }
        steps(12);

        assertThat(scheduler.holdingSlots()).isEqualTo(2);

        Sequence interactive = add(text(INTERACTIVE, Instant.MAX));
        steps(2);

        assertThat(interactive.state()).isEqualTo(Sequence.State.RUNNING);
        assertThat(scheduler.waiting()).isEqualTo(1);
    }

    @Test
    void givesAFreedSlotToTheNextAtOnce() {
        scheduler = new Scheduler(new SchedulerSettings(1, 0, CHUNK));
        Sequence first = add(text(INTERACTIVE, Instant.MAX));
        Sequence second = add(text(INTERACTIVE, Instant.MAX));
        steps(3);

        scheduler.finish(first);

        assertThat(steps(1)).containsExactly(new Work.Prefill(second, 0, 1));
        assertThat(second.slot()).isZero();
    }

    @Test
    void servesBulkWhileInteractiveNeverStopsArriving() {
        scheduler = new Scheduler(new SchedulerSettings(1, 0, CHUNK));
        Sequence bulk = add(new Sequence(BULK, Instant.MAX, 1, 1));

        int served = serveUntilRuns(bulk, () -> new Sequence(INTERACTIVE, Instant.MAX, 1, 1));

        assertThat(served).isBetween(2, 2 * Scheduler.FAIR_SHARE);
    }

    @Test
    void servesASequenceWithoutDeadlineAmongThoseThatHaveOne() {
        scheduler = new Scheduler(new SchedulerSettings(2, 0, CHUNK));
        Sequence patient = add(text(INTERACTIVE, Instant.MAX));

        int served = serveUntilRuns(patient, () -> text(INTERACTIVE, SOON));

        assertThat(served).isBetween(2, 2 * Scheduler.FAIR_SHARE);
    }

    @Test
    void triesTheSequencesOfAFailedStepAlone() {
        Sequence one = add(text(INTERACTIVE, Instant.MAX));
        Sequence two = add(text(INTERACTIVE, Instant.MAX));
        steps(4);
        Work batch = new Work.Decode(List.of(one, two));
        assertThat(scheduler.next()).contains(batch);

        List<Sequence> hopeless = scheduler.failed(batch);

        assertThat(hopeless).isEmpty();
        assertThat(steps(3))
                .containsExactly(
                        new Work.Decode(List.of(one)), new Work.Decode(List.of(two)), batch);
    }

    @Test
    void givesUpASequenceThatFailsAlone() {
        Sequence sequence = add(text(INTERACTIVE, Instant.MAX));
        Work work = scheduler.next().orElseThrow();
        scheduler.failed(work);
        Work again = scheduler.next().orElseThrow();

        assertThat(again).isEqualTo(work);
        assertThat(scheduler.failed(again)).containsExactly(sequence);
    }

    @Test
    void stopsAtASequenceThatIsFinishedTwice() {
        Sequence sequence = add(text(INTERACTIVE, Instant.MAX));
        scheduler.finish(sequence);

        assertThatThrownBy(() -> scheduler.finish(sequence))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("finished but not scheduled: the sequence is FINISHED");
    }

    @Test
    void refusesAReservationThatLeavesNoSlot() {
        assertThatThrownBy(() -> new SchedulerSettings(2, 2, 1))
                .hasMessage("reserved-slots: 2 (expected: 0 to 1, one less than slots)");
    }

    private Sequence add(Sequence sequence) {
        scheduler.add(sequence);
        return sequence;
    }

    /** A prompt of one position. */
    private static Sequence text(int lane, Instant deadline) {
        return new Sequence(lane, deadline, 0, 1);
    }

    /** Does {@code count} pieces of work. */
    private List<Work> steps(int count) {
        List<Work> done = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Work work = scheduler.next().orElseThrow();
            ScriptedWork.succeed(scheduler, work);
            done.add(work);
        }
        return done;
    }

    /** The next {@code count} sequences that get a slot, in order. */
    private List<Sequence> started(int count) {
        Set<Sequence> started = new LinkedHashSet<>();
        while (started.size() < count) {
            Work work = steps(1).get(0);
            if (!(work instanceof Work.Decode)) {
                started.addAll(work.sequences());
            }
        }
        return List.copyOf(started);
    }

    /** Keeps the waiting room full of rivals, each of one token, and counts those served before {@code sequence} runs. */
    private int serveUntilRuns(Sequence sequence, Supplier<Sequence> rival) {
        int served = 0;
        while (sequence.state() != Sequence.State.RUNNING && served < 1_000) {
            while (scheduler.waiting() < 4) {
                add(rival.get());
            }
            Sequence moved = steps(1).get(0).sequences().get(0);
            if (moved != sequence && moved.state() == Sequence.State.RUNNING) {
                scheduler.finish(moved);
                served++;
            }
        }
        return served;
    }
}
