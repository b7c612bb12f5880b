package io.lavastream.engine.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
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

    private static final Duration PIECE = Duration.ofMillis(10);

    /** One stage of vision, or a prefill of up to CHUNK positions: a piece takes 10 ms. */
    private static final PieceTimes TIMES =
            new PieceTimes(List.of(PIECE), List.of(new PieceTimes.Chunk(CHUNK, PIECE, 0)), 0);

    private Scheduler scheduler = scheduler(5, 0);

    @Test
    void hasNothingToDoWithoutSequences() {
        assertThat(scheduler.next()).isEmpty();
        assertThat(scheduler.isEmpty()).isTrue();
    }

    @Test
    void encodesTheImagesThenPrefillsInChunksThenDecodes() {
        Sequence sequence = add(sequence(INTERACTIVE, Instant.MAX, 2, 25));
        Work first = encode(sequence, 0);
        Work second = encode(sequence, 1);

        assertThat(steps(7))
                .containsExactly(
                        first,
                        second,
                        new Work.Prefill(sequence, 0, 10),
                        new Work.Prefill(sequence, 10, 10),
                        new Work.Prefill(sequence, 20, 5),
                        new Work.Decode(List.of(sequence)),
                        new Work.Decode(List.of(sequence)));
    }

    @Test
    void putsAtMostTheStallBudgetBetweenTwoDecodeSteps() {
        Sequence running = add(text(INTERACTIVE, Instant.MAX));
        steps(2);
        Sequence joining = add(sequence(INTERACTIVE, Instant.MAX, 1, 15));
        Work vision = encode(joining, 0);

        assertThat(steps(6))
                .containsExactly(
                        vision,
                        new Work.Decode(List.of(running)),
                        new Work.Prefill(joining, 0, 10),
                        new Work.Decode(List.of(running)),
                        new Work.Prefill(joining, 10, 5),
                        new Work.Decode(List.of(running, joining)));
    }

    /** What company takes of the time is known, and not learnt as the machine's pace. */
    @Test
    void piecesAreShorterInCompanyAndAsBeforeBehindIt() {
        Sequence running = text(INTERACTIVE, Instant.MAX);
        Scheduler chunks = running(running, chunk(20, 40), chunk(50, 80), chunk(100, 160));
        Sequence joining = sequence(INTERACTIVE, Instant.MAX, 0, 170);
        chunks.add(joining);

        Work inCompany = chunks.next(2).orElseThrow();
        chunks.done(inCompany, Duration.ofMillis(160).toNanos());
        Work step = chunks.next(2).orElseThrow();
        chunks.done(step, 1);

        assertThat(inCompany).isEqualTo(new Work.Prefill(joining, 0, 50));
        assertThat(step).isEqualTo(new Work.Decode(List.of(running)));
        assertThat(chunks.next()).contains(new Work.Prefill(joining, 50, 100));
    }

    @Test
    void thePieceThatIsAlwaysPermittedIsShorterInCompanyToo() {
        Scheduler chunks = running(text(INTERACTIVE, Instant.MAX), chunk(8, 100), chunk(50, 200));
        Sequence joining = sequence(INTERACTIVE, Instant.MAX, 0, 170);
        chunks.add(joining);

        assertThat(chunks.next(2)).contains(new Work.Prefill(joining, 0, 8));
    }

    /** Two long slots, prefills of {@code chunks}, a budget of 300 ms, and {@code sequence} running. */
    private static Scheduler running(Sequence sequence, PieceTimes.Chunk... chunks) {
        Duration stall = Duration.ofMillis(300);
        PieceTimes times = new PieceTimes(List.of(), List.of(chunks), 0);
        Scheduler scheduler =
                new Scheduler(new SchedulerSettings(List.of(200, 200), 0, times, stall, stall));
        scheduler.add(sequence);
        scheduler.done(scheduler.next().orElseThrow(), 1);
        return scheduler;
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
        Sequence begun = add(sequence(BULK, Instant.MAX, 0, 30));
        steps(1);
        add(sequence(BULK, SOON, 0, 30));

        assertThat(steps(1)).containsExactly(new Work.Prefill(begun, 10, 10));
    }

    @Test
    void letsTheFirstLaneOvertakeAPromptOfALaterLaneBetweenTwoPieces() {
        add(sequence(BULK, Instant.MAX, 0, 30));
        steps(1);
        Sequence urgent = add(text(INTERACTIVE, Instant.MAX));

        assertThat(steps(1)).containsExactly(new Work.Prefill(urgent, 0, 1));
    }

    @Test
    void keepsReservedSlotsForTheFirstLane() {
        scheduler = scheduler(3, 1);
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
        scheduler = scheduler(1, 0);
        Sequence first = add(text(INTERACTIVE, Instant.MAX));
        Sequence second = add(text(INTERACTIVE, Instant.MAX));
        steps(3);

        scheduler.finish(first);

        assertThat(steps(1)).containsExactly(new Work.Prefill(second, 0, 1));
        assertThat(second.slot()).isZero();
    }

    @Test
    void servesBulkWhileInteractiveNeverStopsArriving() {
        scheduler = scheduler(1, 0);
        Sequence bulk = add(sequence(BULK, Instant.MAX, 1, 1));

        int served = serveUntilRuns(bulk, () -> sequence(INTERACTIVE, Instant.MAX, 1, 1));

        assertThat(served).isBetween(2, 2 * Scheduler.FAIR_SHARE);
    }

    @Test
    void servesASequenceWithoutDeadlineAmongThoseThatHaveOne() {
        scheduler = scheduler(2, 0);
        Sequence patient = add(text(INTERACTIVE, Instant.MAX));

        int served = serveUntilRuns(patient, () -> text(INTERACTIVE, SOON));

        assertThat(served).isBetween(2, 2 * Scheduler.FAIR_SHARE);
    }

    /** Its share frees while the long slot is taken, and the long slot while its share is. */
    @Test
    void servesALaterLaneThatWaitsForItsShareAndForALongSlot() {
        scheduler = scheduler(List.of(20, 20, 20, 90), 2);
        List<Sequence> rivals = new ArrayList<>();
        for (int length : List.of(1, 1, 60)) {
            rivals.add(add(sequence(length == 60 ? INTERACTIVE : BULK, SOON, 0, length)));
        }
        steps(20);
        Sequence patient = add(sequence(BULK, Instant.MAX, 0, 60));

        int left = 0;
        while (patient.state() != Sequence.State.RUNNING && left++ < 100) {
            Sequence leaving = rivals.remove(0);
            scheduler.finish(leaving);
            rivals.add(add(sequence(leaving.lane(), SOON, 0, leaving.length())));
            steps(20);
        }

        assertThat(left).isLessThan(3 * Scheduler.FAIR_SHARE);
        assertThat(patient.slot()).isEqualTo(3);
    }

    /** They hold its share, and the first lane would leave them no turn. */
    @Test
    void bringsThoseForwardWhoHoldWhatTheFirstArrivedWaitsFor() {
        scheduler = scheduler(3, 1);
        Sequence patient = add(text(BULK + 1, Instant.MAX));
        add(sequence(BULK + 1, SOON, 0, 30));
        steps(1);
        add(sequence(BULK, SOON, 0, 30));
        steps(1);

        int served = serveUntilRuns(patient, () -> text(INTERACTIVE, SOON));

        assertThat(served).isBetween(2, 8 * Scheduler.FAIR_SHARE);
    }

    @Test
    void keepsASlotOfEachLengthForTheFirstLaneWhereThereAreSeveral() {
        scheduler = scheduler(List.of(20, 20, 20, 90, 90), 1);
        for (int i = 0; i < 3; i++) {
            add(sequence(BULK, Instant.MAX, 0, 60));
            add(text(BULK, Instant.MAX));
        }
        steps(40);

        assertThat(scheduler.holdingSlots()).isEqualTo(3);

        Sequence interactive = add(sequence(INTERACTIVE, Instant.MAX, 0, 60));
        Sequence brief = add(text(INTERACTIVE, Instant.MAX));
        steps(20);

        assertThat(interactive.state()).isEqualTo(Sequence.State.RUNNING);
        assertThat(brief.state()).isEqualTo(Sequence.State.RUNNING);
        assertThat(scheduler.waiting()).isEqualTo(3);
    }

    @Test
    void keepsNoneOfALengthThatThereIsOneOf() {
        scheduler = scheduler(List.of(20, 20, 90), 1);
        Sequence bulk = add(sequence(BULK, Instant.MAX, 0, 60));
        steps(1);

        assertThat(bulk.slot()).isEqualTo(2);
    }

    @Test
    void triesTheSequencesOfAFailedStepAlone() {
        Sequence one = add(text(INTERACTIVE, Instant.MAX));
        Sequence two = add(text(INTERACTIVE, Instant.MAX));
        steps(4);
        Work batch = new Work.Decode(List.of(one, two));
        assertThat(scheduler.next()).contains(batch);

        List<Sequence> hopeless = scheduler.failed(batch, 0);

        assertThat(hopeless).isEmpty();
        assertThat(steps(3))
                .containsExactly(
                        new Work.Decode(List.of(one)), new Work.Decode(List.of(two)), batch);
    }

    @Test
    void givesUpASequenceThatFailsAlone() {
        Sequence sequence = add(text(INTERACTIVE, Instant.MAX));
        Work work = scheduler.next().orElseThrow();
        scheduler.failed(work, 0);
        Work again = scheduler.next().orElseThrow();

        assertThat(again).isEqualTo(work);
        assertThat(scheduler.failed(again, 0)).containsExactly(sequence);
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
        assertThatThrownBy(() -> settings(2, 2, TIMES))
                .hasMessage("reserved-slots: 2 (expected: 0 to 1, one less than slots)");
    }

    @Test
    void putsAsManyPiecesBetweenTwoStepsAsTheBudgetPermits() {
        scheduler = timed(31, 31);
        Sequence running = add(text(INTERACTIVE, Instant.MAX));
        steps(2);
        Sequence joining = add(sequence(INTERACTIVE, Instant.MAX, 0, 45));

        assertThat(timedSteps(8))
                .containsExactly(
                        new Work.Prefill(joining, 0, 10),
                        new Work.Prefill(joining, 10, 10),
                        new Work.Decode(List.of(running)),
                        new Work.Prefill(joining, 20, 10),
                        new Work.Prefill(joining, 30, 10),
                        new Work.Decode(List.of(running)),
                        new Work.Prefill(joining, 40, 5),
                        new Work.Decode(List.of(running, joining)));
    }

    @Test
    void countsWhatPiecesReallyTook() {
        scheduler = timed(25, 25);
        Sequence running = add(text(INTERACTIVE, Instant.MAX));
        steps(2);
        Sequence joining = add(sequence(INTERACTIVE, Instant.MAX, 0, 45));

        Work first = scheduler.next().orElseThrow();
        ScriptedWork.succeed(scheduler, first, Duration.ofMillis(16).toNanos());

        assertThat(first).isEqualTo(new Work.Prefill(joining, 0, 10));
        assertThat(scheduler.next()).contains(new Work.Decode(List.of(running)));
    }

    @Test
    void takesSmallerPiecesWhereTheMachineIsSlowerThanItWasWhenMeasured() {
        PieceTimes times = new PieceTimes(List.of(), List.of(chunk(4, 5), chunk(16, 18)), 0);
        scheduler = new Scheduler(settings(5, 0, times, 20, 20));
        add(text(INTERACTIVE, Instant.MAX));
        steps(2);
        add(sequence(INTERACTIVE, Instant.MAX, 0, 99));
        add(sequence(INTERACTIVE, Instant.MAX, 0, 99));

        long worst = 0;
        long sinceStep = 0;
        for (int i = 0; i < 40; i++) {
            Work work = scheduler.next().orElseThrow();
            long nanos = 2 * ScriptedWork.nanos(work, times);
            ScriptedWork.succeed(scheduler, work, nanos);
            sinceStep = work instanceof Work.Decode ? 0 : sinceStep + nanos;
            worst = i < 10 ? 0 : Math.max(worst, sinceStep);
        }

        assertThat(Duration.ofNanos(worst)).isLessThanOrEqualTo(Duration.ofMillis(20));
    }

    @Test
    void limitsTheLanesBehindTheFirstToTheirQuantumWhileTheFirstRuns() {
        scheduler = timed(43, 15);
        Sequence running = add(text(INTERACTIVE, Instant.MAX));
        steps(2);
        Sequence bulk = add(sequence(BULK, Instant.MAX, 0, 60));

        assertThat(timedSteps(4))
                .containsExactly(
                        new Work.Prefill(bulk, 0, 10),
                        new Work.Decode(List.of(running)),
                        new Work.Prefill(bulk, 10, 10),
                        new Work.Decode(List.of(running)));

        scheduler.finish(running);
        timedSteps(4);
        assertThat(bulk.state()).isEqualTo(Sequence.State.RUNNING);
        Sequence bulkToo = add(sequence(BULK, Instant.MAX, 0, 60));
        assertThat(timedSteps(5))
                .containsSubsequence(
                        new Work.Prefill(bulkToo, 0, 10),
                        new Work.Prefill(bulkToo, 10, 10),
                        new Work.Prefill(bulkToo, 20, 10),
                        new Work.Decode(List.of(bulk)));
    }

    @Test
    void choosesPiecesThatFitWhatIsLeftOfTheBudget() {
        PieceTimes times =
                new PieceTimes(
                        List.of(),
                        List.of(chunk(4, 8), chunk(8, 12), chunk(16, 20), chunk(32, 40)),
                        0);
        scheduler = new Scheduler(settings(5, 0, times, 40, 40));
        Sequence alone = add(sequence(INTERACTIVE, Instant.MAX, 0, 33));

        assertThat(timedSteps(2, times))
                .containsExactly(new Work.Prefill(alone, 0, 32), new Work.Prefill(alone, 32, 1));

        Sequence joining = add(sequence(INTERACTIVE, Instant.MAX, 0, 100));
        // 16 positions in 20 ms, then the best that fits what is left for pieces, some 8 ms.
        assertThat(timedSteps(3, times))
                .containsExactly(
                        new Work.Prefill(joining, 0, 16),
                        new Work.Prefill(joining, 16, 4),
                        new Work.Decode(List.of(alone)));
    }

    @Test
    void takesLongPromptsIntoAccountWhereTheyAttendToMore() {
        PieceTimes times =
                new PieceTimes(
                        List.of(),
                        List.of(
                                new PieceTimes.Chunk(8, Duration.ofMillis(10), 100_000),
                                new PieceTimes.Chunk(16, Duration.ofMillis(20), 200_000)),
                        0);
        // Some of it is left for what takes longer than measured.
        scheduler = new Scheduler(settings(5, 0, times, 40, 40));
        add(text(INTERACTIVE, Instant.MAX));
        steps(2);
        add(sequence(INTERACTIVE, Instant.MAX, 0, 90));

        List<Integer> lengths = new ArrayList<>();
        for (Work work : timedSteps(12, times)) {
            if (work instanceof Work.Prefill prefill) {
                lengths.add(prefill.length());
            }
        }
        // From 32 positions on, 16 more take over 25 ms.
        assertThat(lengths).startsWith(16, 16, 8, 8);
    }

    @Test
    void takesShorterPiecesThanAreSensibleWhereThoseExceedTheBudgetBehindManyPositions() {
        PieceTimes times =
                new PieceTimes(
                        List.of(),
                        List.of(
                                new PieceTimes.Chunk(4, Duration.ofMillis(8), 50_000),
                                new PieceTimes.Chunk(8, Duration.ofMillis(10), 300_000),
                                new PieceTimes.Chunk(16, Duration.ofMillis(13), 600_000)),
                        0);
        SchedulerSettings settings = settings(5, 0, times, 30, 30);
        scheduler = new Scheduler(settings);
        add(text(INTERACTIVE, Instant.MAX));
        steps(2);
        Sequence joining = add(sequence(INTERACTIVE, Instant.MAX, 0, 90));

        List<Work> pieces = new ArrayList<>();
        while (joining.state() != Sequence.State.RUNNING) {
            pieces.addAll(timedSteps(1, times));
        }

        assertThat(settings.longestStall()).isEqualTo(Duration.ofMillis(30));
        assertThat(pieces).allMatch(work -> ScriptedWork.nanos(work, times) <= 30_000_000);
        // 8 positions take 29 ms behind 64 and more than 30 behind 72.
        assertThat(pieces)
                .contains(new Work.Prefill(joining, 64, 8), new Work.Prefill(joining, 72, 4));
    }

    @Test
    void saysHowLongASmallestPieceTakesAtTheEndOfTheLongestSlot() {
        PieceTimes times =
                new PieceTimes(
                        List.of(PIECE),
                        List.of(new PieceTimes.Chunk(8, Duration.ofMillis(20), 100_000)),
                        0);

        SchedulerSettings settings =
                new SchedulerSettings(
                        List.of(100, 300), 0, times, Duration.ofMillis(30), Duration.ofMillis(30));

        assertThat(settings.longestStall()).isEqualTo(Duration.ofMillis(50));
    }

    @Test
    void makesProgressWhereOneSmallestPieceExceedsTheBudgetAndSaysSo() {
        PieceTimes times =
                new PieceTimes(
                        List.of(Duration.ofMillis(900)),
                        // Reading the weights takes 400 ms, however few positions read them.
                        List.of(chunk(8, 500), chunk(16, 620), chunk(32, 780), chunk(64, 1200)),
                        0);
        SchedulerSettings settings = settings(5, 0, times, 300, 150);
        scheduler = new Scheduler(settings);
        Sequence running = add(text(INTERACTIVE, Instant.MAX));
        steps(2);
        Sequence joining = add(sequence(INTERACTIVE, Instant.MAX, 1, 100));
        Work vision = encode(joining, 0);

        assertThat(settings.longestStall()).isEqualTo(Duration.ofMillis(900));
        assertThat(timedSteps(4, times))
                .containsExactly(
                        vision,
                        new Work.Decode(List.of(running)),
                        new Work.Prefill(joining, 0, 32),
                        new Work.Decode(List.of(running)));
    }

    @Test
    void waitsForAPrefixThatAnotherIsComputingAndTakesItsCopy() {
        Sequence owner = add(prompt("sAAAAAone"));
        Sequence second = add(prompt("sAAAAAtwo"));
        Sequence third = add(prompt("sAAAAAthree"));
        Work vision = encode(owner, 0);

        assertThat(steps(8))
                .containsExactly(
                        vision,
                        new Work.Prefill(owner, 0, 9),
                        new Work.Copy(second, owner.slot(), 0, 6),
                        new Work.Decode(List.of(owner)),
                        new Work.Prefill(second, 6, 3),
                        new Work.Copy(third, second.slot(), 0, 7),
                        new Work.Decode(List.of(owner, second)),
                        new Work.Prefill(third, 7, 4));
        assertThat(scheduler.reuse().hits()).isEqualTo(2);
        assertThat(scheduler.reuse().reusedTokens()).isEqualTo(13);
    }

    @Test
    void holdsNoSlotWhileItWaitsForAPrefix() {
        add(prompt("sAAAAAAAAAAAAAAAone"));
        Sequence second = add(prompt("sAAAAAAAAAAAAAAAtwo"));

        steps(2);

        assertThat(second.state()).isEqualTo(Sequence.State.WAITING);
        assertThat(scheduler.holdingSlots()).isOne();
    }

    @Test
    void spendsTheTurnOfAnUrgentSequenceOnTheLessUrgentOneThatComputesItsPrefix() {
        Sequence bulk = add(prompt(BULK, "sAAAAAAAAAAAAAAAAAAAAAAAAAone"));
        steps(1);
        Sequence rival = add(prompt(INTERACTIVE, "rival"));
        Prompt sharing = Prompts.of("sAAAAAAAAAAAAAAAAAAAAAAAAAtwo");
        Sequence urgent = add(new Sequence(INTERACTIVE, SOON, sharing, sharing.length()));

        assertThat(steps(4))
                .containsExactly(
                        new Work.Prefill(bulk, 0, 10),
                        new Work.Prefill(bulk, 10, 10),
                        new Work.Prefill(bulk, 20, 9),
                        new Work.Copy(urgent, bulk.slot(), 0, 26));
        assertThat(rival.state()).isEqualTo(Sequence.State.WAITING);
    }

    @Test
    void doesNotWaitForWhatItDoesNotNeed() {
        Sequence bulk = add(prompt(BULK, "systemAAAAAAAAAAone"));
        steps(1);
        Sequence urgent = add(prompt(INTERACTIVE, "systemBBBBBBBBBBone"));
        Work vision = encode(urgent, 0);

        // The other's next piece is its own prefill, which begins as this prompt does.
        assertThat(steps(1)).containsExactly(new Work.Prefill(bulk, 0, 10));
        assertThat(steps(2)).containsExactly(new Work.Copy(urgent, bulk.slot(), 0, 6), vision);
    }

    @Test
    void leavesToTheNextWhatACancelledOwnerComputed() {
        Sequence owner = add(prompt("sAAAAAAAAAAAAAAAone"));
        Sequence next = add(prompt("sAAAAAAAAAAAAAAAtwo"));
        steps(2);
        int slot = owner.slot();

        scheduler.finish(owner);

        assertThat(steps(1)).containsExactly(new Work.Prefill(next, 10, 9));
        assertThat(next.slot()).isEqualTo(slot);
        assertThat(scheduler.tilesInUse()).isZero();
    }

    @Test
    void leavesToTheNextHowFarATileHasCome() {
        scheduler = new Scheduler(settings(2, 0, stages(3), 10, 10));
        Sequence owner = add(prompt("sAAAAone"));
        Sequence next = add(prompt("sAAAAtwo"));
        steps(2);

        scheduler.finish(owner);
        Work work = scheduler.next().orElseThrow();

        assertThat(work).isEqualTo(new Work.Encode(next, next.tile(0), 2));
    }

    @Test
    void encodesATileOfOneImageOnceHoweverThePromptsBegin() {
        add(prompt("oneAAAA"));
        add(prompt("otherAAAA"));

        assertThat(steps(8).stream().filter(work -> work instanceof Work.Encode)).hasSize(1);
    }

    @Test
    void prefillsAFullChunkBeforeItLooksAtTheNextImage() {
        Sequence sequence = add(prompt("sAAAAAAAAAAAAAAABBBBend"));
        Work first = encode(sequence, 0);
        Work second = encode(sequence, 1);

        assertThat(steps(4))
                .containsExactly(
                        first,
                        new Work.Prefill(sequence, 0, 10),
                        second,
                        new Work.Prefill(sequence, 10, 10));
    }

    @Test
    void keepsLongSlotsForThoseWhoNeedThem() {
        scheduler = scheduler(List.of(20, 20, 90), 0);
        Sequence first = add(sequence(INTERACTIVE, Instant.MAX, 0, 60));
        steps(6);
        Sequence waitsForTheLongOne = add(sequence(INTERACTIVE, LATER, 0, 60));
        for (int i = 0; i < 3; i++) {
            add(text(INTERACTIVE, SOON));
        }
        steps(8);

        assertThat(first.slot()).isEqualTo(2);
        assertThat(scheduler.holdingSlots()).isEqualTo(3);
        scheduler.finish(first);
        steps(1);

        assertThat(waitsForTheLongOne.slot()).isEqualTo(2);
        assertThatThrownBy(() -> add(sequence(INTERACTIVE, SOON, 0, 91)))
                .hasMessage("length: 91 (expected: at most [20, 90], as slots have)");
    }

    private static Sequence prompt(String text) {
        return prompt(INTERACTIVE, text);
    }

    private static Sequence prompt(int lane, String text) {
        return new Sequence(lane, Instant.MAX, Prompts.of(text), text.length());
    }

    private static Sequence sequence(int lane, Instant deadline, int tiles, int length) {
        return new Sequence(lane, deadline, Prompts.unlike(tiles, length), length);
    }

    private static Work encode(Sequence sequence, int tile) {
        return new Work.Encode(sequence, sequence.tile(tile), 0);
    }

    private static PieceTimes stages(int stages) {
        return new PieceTimes(Collections.nCopies(stages, PIECE), TIMES.chunks(), 0);
    }

    private static PieceTimes.Chunk chunk(int length, int millis) {
        return new PieceTimes.Chunk(length, Duration.ofMillis(millis), 0);
    }

    private static Scheduler scheduler(int slots, int reserved) {
        return new Scheduler(settings(slots, reserved, TIMES));
    }

    private static Scheduler scheduler(List<Integer> slotLengths, int reserved) {
        return new Scheduler(new SchedulerSettings(slotLengths, reserved, TIMES, PIECE, PIECE));
    }

    private static SchedulerSettings settings(int slots, int reserved, PieceTimes times) {
        return settings(slots, reserved, times, 10, 10);
    }

    private static SchedulerSettings settings(
            int slots, int reserved, PieceTimes times, int stallMillis, int quantumMillis) {
        return new SchedulerSettings(
                Collections.nCopies(slots, 100),
                reserved,
                times,
                Duration.ofMillis(stallMillis),
                Duration.ofMillis(quantumMillis));
    }

    private static Scheduler timed(int stallMillis, int quantumMillis) {
        return new Scheduler(settings(5, 0, TIMES, stallMillis, quantumMillis));
    }

    private List<Work> timedSteps(int count) {
        return timedSteps(count, TIMES);
    }

    /** Does {@code count} pieces of work, each in the time that it should take. */
    private List<Work> timedSteps(int count, PieceTimes times) {
        List<Work> done = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Work work = scheduler.next().orElseThrow();
            ScriptedWork.succeed(scheduler, work, ScriptedWork.nanos(work, times));
            done.add(work);
        }
        return done;
    }

    private Sequence add(Sequence sequence) {
        scheduler.add(sequence);
        return sequence;
    }

    /** A prompt of one position. */
    private static Sequence text(int lane, Instant deadline) {
        return sequence(lane, deadline, 0, 1);
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
