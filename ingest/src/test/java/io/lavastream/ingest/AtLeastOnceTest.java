package io.lavastream.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.ingest.IngestConfig.Delivery;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.GateEntry;
import io.lavastream.schemas.GateState;
import io.lavastream.schemas.Resolution;
import io.lavastream.serialization.BinarySerde;
import io.lavastream.topics.Topics;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Without transactions a crash may keep what the gate remembers and lose what it wrote. A crash is a second topology that
 * is given the first one's store, and none of its output.
 */
class AtLeastOnceTest {
    private static final Duration TICK = Duration.ofMillis(50);

    private final LaneDriver before = LaneDriver.open(settings -> settings, Delivery.AT_LEAST_ONCE);
    private final LaneDriver after = LaneDriver.open(settings -> settings, Delivery.AT_LEAST_ONCE);

    @AfterEach
    void close() {
        before.close();
        after.close();
    }

    @Test
    void anAnswerThatACrashLostIsWrittenAgain() {
        before.send(Records.question("r1").setAttributes(Map.of("tenant", "a")).build());
        before.send(Records.answered("r1", 1, "a cat"));

        crash("r1#1");
        after.advance(TICK);

        var again = after.answers.readRecord();
        assertThat(again.key()).isEqualTo("r1");
        assertThat(again.value()).isEqualTo(before.answers.readValue());
        after.advance(TICK);
        assertThat(after.answers.isEmpty()).isTrue();
    }

    @Test
    void soAreARefusalAndADeadline() {
        before.send(Records.question("refused").setText("").build());
        before.send(Records.question("late").setDeadline(before.now().plusMillis(40)).build());
        before.advance(TICK);

        crash("refused#1", "late#1");
        after.advance(TICK);

        assertThat(after.failures.readValuesToList())
                .extracting(Failure::getRequestId, Failure::getCode)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple("refused", FailureCode.EMPTY_QUESTION),
                        org.assertj.core.groups.Tuple.tuple("late", FailureCode.DEADLINE_EXCEEDED));
    }

    @Test
    void anOutcomeIsKeptOnlyUntilACommitHasFollowed() {
        before.advance(TICK);
        before.send(Records.question("r1").build());
        before.send(Records.answered("r1", 1, "a cat"));
        before.answers.readValue();
        assertThat(before.gateEntry("r1#1").getUnconfirmed()).isNotNull();

        before.advance(Duration.ofSeconds(1));
        assertThat(before.gateEntry("r1#1").getUnconfirmed())
                .as("no punctuation since that the commit stands between")
                .isNotNull();
        before.advance(Duration.ofSeconds(1));

        GateEntry closed = before.gateEntry("r1#1");
        assertThat(closed.getState()).isEqualTo(GateState.CLOSED);
        assertThat(closed.getUnconfirmed()).isNull();
        crash("r1#1");
        after.advance(TICK);
        assertThat(after.answers.isEmpty()).isTrue();
        assertThat(before.answers.isEmpty()).isTrue();
    }

    @Test
    void whatThisRunHasWrittenIsNotRepeated() {
        before.send(Records.question("r1").build());
        before.send(Records.answered("r1", 1, "a cat"));
        before.advance(TICK);
        before.advance(TICK);

        assertThat(before.answers.readValuesToList()).hasSize(1);
    }

    @Test
    void aLateOutcomeIsNoCrash() {
        before.advance(TICK);
        before.send(Records.question("r1").build());
        before.send(Records.answered("r1", 1, "a cat"));
        before.send(Records.answered("r1", 1, "a dog"));
        before.advance(TICK);

        assertThat(before.answers.readValuesToList()).hasSize(1);
    }

    @Test
    void anImageIsLookedUpAgain() {
        before.send(Records.questionAbout("r1", "i1"));
        after.send(Records.image("i1", "bytes"));

        crash("r1#1");
        after.advance(TICK);

        assertThat(after.onlyRequest().getQuestion().getRequestId()).isEqualTo("r1");
    }

    @Test
    void aDispatchThatACrashLostIsRepeatedWithTheResolution() {
        before.send(Records.questionAbout("r1", "i1"));
        before.send(Records.image("i1", "bytes"));
        assertThat(before.gateEntry("r1#1").getState()).isEqualTo(GateState.DISPATCHED);

        crash("r1#1");
        Resolution replayed =
                new Resolution("r1", 1, before.gateEntry("r1#1").getQuestion().getImages().get(0));
        after.sendBytes(
                Topics.resolutions(LaneDriver.LANE),
                new TestRecord<>(
                        null,
                        BinarySerde.of(Resolution.class).serializer().serialize("", replayed)));

        assertThat(after.onlyRequest()).isEqualTo(before.onlyRequest());
    }

    @Test
    void withTransactionsNothingIsKept() {
        try (LaneDriver exactlyOnce = LaneDriver.open()) {
            exactlyOnce.send(Records.question("r1").build());
            exactlyOnce.send(Records.answered("r1", 1, "a cat"));

            assertThat(exactlyOnce.gateEntry("r1#1").getUnconfirmed()).isNull();
        }
    }

    private void crash(String... keys) {
        for (String key : keys) {
            after.restore(key, before.gateEntry(key));
        }
    }
}
