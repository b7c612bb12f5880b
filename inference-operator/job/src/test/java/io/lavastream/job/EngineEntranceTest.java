package io.lavastream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.AnswerFormat;
import io.lavastream.engine.ErrorCode;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.SamplingParams;
import io.lavastream.job.EngineEntrance.Entered;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineEntranceTest {
    private static final int PLACES = 2;

    @TempDir Path directory;

    private final FakeEngine engine = new FakeEngine(PLACES);

    @Test
    void whatExceedsTheEnginesPlacesWaitsAtTheEntrance() {
        EngineEntrance entrance = entrance();
        submit(entrance, "a");
        submit(entrance, "b");
        submit(entrance, "c");
        assertThat(inEngine()).containsExactly("a", "b");

        engine.release("a");

        assertThat(inEngine()).containsExactly("a", "b", "c");
    }

    @Test
    void theSameRequestIsJoinedAndEndsWithItsLastShare() {
        EngineEntrance entrance = entrance();
        Entered first = submit(entrance, "a");
        Entered second = submit(entrance, "a");

        first.cancel();
        first.cancel();
        assertThat(engine.cancelled).isEmpty();
        engine.release("a");

        assertThat(second.result()).isCompletedWithValueMatching(r -> r.text().equals("RELEASED"));
        assertThat(inEngine()).containsExactly("a");
    }

    @Test
    void theSameIdInAnotherLaneIsAnotherRequest() {
        EngineEntrance entrance = entrance();
        submit(entrance, "a");

        entrance.submit(new RequestId("other", "a", 1), request("a", "hold"));

        assertThat(inEngine()).containsExactly("a", "a");
    }

    @Test
    void cancellingTheLastShareCancelsTheRunAndNobodyJoinsIt() {
        EngineEntrance entrance = entrance();
        submit(entrance, "a").cancel();
        assertThat(engine.cancelled).containsExactly("a");

        Entered again = submit(entrance, "a");

        assertThat(again.result()).isNotDone();
        assertThat(inEngine()).containsExactly("a", "a");
    }

    @Test
    void aRunThatWasLeftGoesOnAndIsJoined() {
        EngineEntrance entrance = entrance();
        submit(entrance, "a").leave();

        Entered again = submit(entrance, "a");
        engine.release("a");

        assertThat(again.result()).isCompleted();
        assertThat(inEngine()).containsExactly("a");
    }

    @Test
    void suspectsAreLetInFirstAndAlone() {
        EngineEntrance dying = entrance();
        submit(dying, "a");
        submit(dying, "b");
        FakeEngine next = new FakeEngine(PLACES);
        EngineEntrance entrance = entrance(next);

        submit(entrance, "new-1");
        submit(entrance, "b");
        submit(entrance, "new-2");
        submit(entrance, "a");
        assertThat(ids(next)).as("waits for the one before it").containsExactly("new-1");
        next.release("new-1");
        assertThat(ids(next)).containsExactly("new-1", "b");
        next.release("b");
        assertThat(ids(next)).containsExactly("new-1", "b", "a");
        next.release("a");
        assertThat(ids(next)).containsExactly("new-1", "b", "a", "new-2");
        next.release("new-2");

        // Who left alive is a suspect no more.
        FakeEngine last = new FakeEngine(PLACES);
        EngineEntrance cleared = entrance(last);
        submit(cleared, "a");
        submit(cleared, "b");
        assertThat(ids(last)).containsExactly("a", "b");
    }

    @Test
    void whoWasThereAtTwoDeathsStaysOutside() {
        submit(entrance(), "killer");
        submit(entrance(new FakeEngine(PLACES)), "killer");
        FakeEngine third = new FakeEngine(PLACES);
        EngineEntrance entrance = entrance(third);

        Entered killer = submit(entrance, "killer");
        Entered neighbour = submit(entrance, "neighbour");
        third.release("neighbour");

        assertThat(killer.result())
                .failsWithin(java.time.Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(DeadlyRequestException.class)
                .withMessageContaining("the process ended 2 times");
        assertThat(neighbour.result()).isCompleted();
        assertThat(ids(third)).containsExactly("neighbour");
        // Also in a process after this one: its failure may not have been written yet.
        FakeEngine fourth = new FakeEngine(PLACES);
        assertThat(submit(entrance(fourth), "killer").result()).isCompletedExceptionally();
    }

    @Test
    void anEngineThatBreaksIsADeathAndOneThatClosesIsNot() {
        EngineEntrance broken = entrance();
        submit(broken, "a");
        engine.end("a", ErrorCode.ENGINE_FAILED);
        broken.close();
        try (CrashJournal journal = journal()) {
            assertThat(journal.deaths(new RequestId("test", "a", 1))).isEqualTo(1);
        }

        FakeEngine second = new FakeEngine(PLACES);
        EngineEntrance closing = entrance(second);
        submit(closing, "a");
        second.close();
        closing.close();

        assertThat(journal().suspects()).isEmpty();
    }

    @Test
    void aRequestThatTheEngineThrowsAtKeepsNoPlace() {
        EngineEntrance entrance = entrance();
        for (int i = 0; i <= PLACES; i++) {
            assertThat(
                            entrance.submit(
                                            new RequestId("test", "t" + i, 1),
                                            request("t" + i, "throw"))
                                    .result())
                    .isCompletedExceptionally();
        }

        submit(entrance, "a");

        assertThat(inEngine()).contains("a");
    }

    private EngineEntrance entrance() {
        return entrance(engine);
    }

    private EngineEntrance entrance(FakeEngine of) {
        return new EngineEntrance(of, Optional.of(journal()));
    }

    private CrashJournal journal() {
        return CrashJournal.open(directory.resolve("journal"), PLACES);
    }

    private static Entered submit(EngineEntrance entrance, String id) {
        return entrance.submit(new RequestId("test", id, 1), request(id, "hold"));
    }

    private static GenerationRequest request(String id, String text) {
        return new GenerationRequest(
                id,
                List.of(),
                List.of(),
                text,
                new AnswerFormat.Free(),
                SamplingParams.greedy(),
                "test",
                Instant.MAX,
                Optional.empty());
    }

    private List<String> inEngine() {
        return ids(engine);
    }

    private static List<String> ids(FakeEngine of) {
        return of.submitted.stream().map(GenerationRequest::id).toList();
    }
}
