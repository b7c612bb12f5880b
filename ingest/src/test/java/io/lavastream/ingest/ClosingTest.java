package io.lavastream.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.schemas.Answer;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.Outcome;
import io.lavastream.schemas.Stage;
import io.lavastream.topics.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each request is closed once: with its first outcome, or when its time is over. */
class ClosingTest {
    private static final Duration TICK = Duration.ofMillis(50);

    private final LaneDriver lane = LaneDriver.open().settled();

    @AfterEach
    void close() {
        lane.close();
    }

    @Test
    void theFirstOutcomeIsTheAnswer() {
        lane.send(Records.question("r1").setAttributes(Map.of("tenant", "a")).build());

        lane.send(Records.answered("r1", 1, "a cat"));
        lane.send(Records.answered("r1", 1, "a dog"));
        lane.send(Records.failed("r1", 1, FailureCode.INTERNAL));

        TestRecord<String, Answer> answer = lane.answers.readRecord();
        assertThat(answer.key()).isEqualTo("r1");
        assertThat(answer.value().getText()).isEqualTo("a cat");
        assertThat(answer.value().getAttributes()).isEqualTo(Map.of("tenant", "a"));
        assertThat(lane.answers.isEmpty()).isTrue();
        assertThat(lane.failures.isEmpty()).isTrue();
        assertThat(lane.metrics.snapshot().answered()).isEqualTo(1);
        assertThat(lane.metrics.snapshot().lateOutcomes()).isEqualTo(2);
    }

    @Test
    void aFailureOfTheJobGetsTheQuestionBack() {
        lane.send(
                Records.question("r1")
                        .setText("Is it red?")
                        .setAttributes(Map.of("tenant", "a"))
                        .build());

        lane.send(Records.failed("r1", 1, FailureCode.IMAGE_EXPIRED));

        TestRecord<String, Failure> record = lane.failures.readRecord();
        assertThat(record.key()).isEqualTo("r1");
        Failure failure = record.value();
        assertThat(failure.getCode()).isEqualTo(FailureCode.IMAGE_EXPIRED);
        assertThat(failure.getStage()).isEqualTo(Stage.FETCH);
        assertThat(failure.getAttempts()).isEqualTo(2);
        assertThat(failure.getDetail()).isEqualTo("as the job found it");
        assertThat(failure.getQuestion().getText()).isEqualTo("Is it red?");
        assertThat(failure.getAttributes()).isEqualTo(Map.of("tenant", "a"));
        assertThat(lane.metrics.snapshot().failed())
                .isEqualTo(Map.of(FailureCode.IMAGE_EXPIRED, 1L));
    }

    @Test
    void anOutcomeOfAnUnknownRequestOrAttemptIsDropped() {
        lane.send(Records.question("r1").build());

        lane.send(Records.answered("r2", 1, "a cat"));
        lane.send(Records.answered("r1", 2, "a cat"));

        assertThat(lane.answers.isEmpty()).isTrue();
        assertThat(lane.metrics.snapshot().unknownOutcomes()).isEqualTo(2);
    }

    @Test
    void anAnswerThatDoesNotFitItsTopicBecomesAFailure() {
        lane.send(Records.question("r1").build());
        Outcome outcome = Records.answered("r1", 1, "x".repeat(Topics.SMALL_RECORD_BYTES - 500));

        lane.send(outcome);

        assertThat(lane.answers.isEmpty()).isTrue();
        assertThat(lane.onlyFailure().getCode()).isEqualTo(FailureCode.INTERNAL);
    }

    @Test
    void aLongDetailOfTheJobIsCut() {
        lane.send(Records.question("r1").build());
        Outcome outcome = Records.failed("r1", 1, FailureCode.INTERNAL);
        ((Failure) outcome.getResult()).put("detail", "y".repeat(900_000));

        lane.send(outcome);

        assertThat(lane.onlyFailure().getDetail()).hasSize(2_000);
    }

    @Test
    void aDeadlineInThePastFailsAtAdmission() {
        lane.send(Records.question("r1").setDeadline(lane.now().minusMillis(1)).build());

        Failure failure = lane.onlyFailure();
        assertThat(failure.getCode()).isEqualTo(FailureCode.DEADLINE_EXCEEDED);
        assertThat(failure.getStage()).isEqualTo(Stage.ADMISSION);
        assertThat(lane.requests.isEmpty()).isTrue();
        assertThat(lane.metrics.snapshot().admitted()).isZero();
    }

    @Test
    void closesADispatchedRequestAtItsDeadlineWhateverTheJobDoes() {
        Instant deadline = lane.now().plusMillis(980);
        lane.send(Records.question("r1").setDeadline(deadline).build());
        lane.send(Records.question("r2").build());
        lane.advance(Duration.ofMillis(950));
        assertThat(lane.failures.isEmpty()).isTrue();

        lane.advance(TICK);
        lane.send(Records.answered("r1", 1, "too late"));

        Failure failure = lane.onlyFailure();
        assertThat(failure.getRequestId()).isEqualTo("r1");
        assertThat(failure.getCode()).isEqualTo(FailureCode.DEADLINE_EXCEEDED);
        assertThat(failure.getStage()).isEqualTo(Stage.DEADLINE);
        assertThat(failure.getQuestion().getDeadline()).isEqualTo(deadline);
        assertThat(lane.answers.isEmpty()).isTrue();
        assertThat(lane.metrics.snapshot().lateOutcomes()).isEqualTo(1);
    }

    @Test
    void aTimeToLiveCountsFromTheRecordsTimestamp() {
        lane.send(
                Records.question("r1").setTimeToLiveMs(1_000L).build(),
                lane.now().minusMillis(900));
        lane.requests.readValuesToList();
        lane.advance(TICK);
        assertThat(lane.failures.isEmpty()).isTrue();

        lane.advance(TICK);

        assertThat(lane.onlyFailure().getCode()).isEqualTo(FailureCode.DEADLINE_EXCEEDED);
    }

    @Test
    void anEndlessTimeToLiveIsNoDeadlineThatOverflows() {
        lane.send(Records.question("r1").setTimeToLiveMs(Long.MAX_VALUE).build());

        assertThat(lane.onlyRequest().getQuestion().getDeadline())
                .isEqualTo(Instant.ofEpochMilli(Long.MAX_VALUE));
    }

    @Test
    void aDeadlineWithinTheWaitForAnImageComesFirst() {
        lane.send(
                Records.question("r1")
                        .setImages(List.of(Records.byId("i1")))
                        .setDeadline(lane.now().plusMillis(200))
                        .build());

        lane.advance(Duration.ofMillis(200));
        lane.advance(Duration.ofSeconds(30));

        assertThat(lane.onlyFailure().getCode()).isEqualTo(FailureCode.DEADLINE_EXCEEDED);
    }

    @Test
    void closesARequestThatTheJobCanNoLongerRead() {
        lane.send(Records.question("r1").build());

        lane.advance(Duration.ofHours(24));

        Failure failure = lane.onlyFailure();
        assertThat(failure.getCode()).isEqualTo(FailureCode.INTERNAL);
        assertThat(failure.getStage()).isEqualTo(Stage.INFERENCE);
        assertThat(failure.getRetryable()).isTrue();
    }

    /** As shipped the clock is looked at every 50 ms, and a look closes up to 5 000. */
    @Test
    void aDeadlineIsClosedWithin100MillisecondsWhateverTheBacklog() {
        int backlog = 2_000;
        for (int i = 0; i < backlog; i++) {
            lane.send(Records.question("open" + i).build());
            lane.send(
                    Records.question("late" + i)
                            .setDeadline(lane.now().plusMillis(1 + i % 977))
                            .build());
        }
        lane.requests.readValuesToList();

        int closed = 0;
        for (int tick = 0; tick < 21; tick++) {
            lane.advance(TICK);
            for (TestRecord<String, Failure> record : lane.failures.readRecordsToList()) {
                Failure failure = record.value();
                assertThat(failure.getCode()).isEqualTo(FailureCode.DEADLINE_EXCEEDED);
                assertThat(
                                Duration.between(
                                        failure.getQuestion().getDeadline(),
                                        record.getRecordTime()))
                        .isBetween(Duration.ZERO, Duration.ofMillis(100));
                closed++;
            }
        }
        assertThat(closed).isEqualTo(backlog);
    }

    @Test
    void manyDeadlinesAreClosedInTheirOrder() {
        for (int i = 0; i < 300; i++) {
            lane.send(
                    Records.question("r" + i).setDeadline(lane.now().plusMillis(300 - i)).build());
        }

        lane.advance(Duration.ofMillis(300));

        assertThat(lane.failures.readValuesToList())
                .hasSize(300)
                .extracting(failure -> failure.getQuestion().getDeadline())
                .isSorted();
    }
}
