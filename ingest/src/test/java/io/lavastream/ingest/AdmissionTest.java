package io.lavastream.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.schemas.Admission;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.GateEntry;
import io.lavastream.schemas.ImageReference;
import io.lavastream.schemas.InferenceRequest;
import io.lavastream.schemas.Question;
import io.lavastream.schemas.RecordPosition;
import io.lavastream.schemas.Stage;
import io.lavastream.serialization.BinarySerde;
import io.lavastream.topics.Topics;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each (request id, attempt) is admitted once. */
class AdmissionTest {
    private final LaneDriver lane = LaneDriver.open();

    @AfterEach
    void close() {
        lane.close();
    }

    @Test
    void dispatchesAQuestionWithInlineImagesAsTicketsAtOnce() throws Exception {
        lane.send(Records.question("before").build());
        lane.requests.readValue();

        lane.send(
                Records.question("r1")
                        .setImages(List.of(Records.inline("one"), Records.inline("three")))
                        .setAttributes(Map.of("tenant", "a"))
                        .build());

        TestRecord<String, InferenceRequest> record = lane.requests.readRecord();
        assertThat(record.key()).isEqualTo("r1");
        assertThat(record.value().getAdmittedAt()).isEqualTo(LaneDriver.START);
        assertThat(record.value().getQuestion().getAttributes()).isEqualTo(Map.of("tenant", "a"));
        ImageReference second = record.value().getQuestion().getImages().get(1);
        assertThat(second.getTicket().getPosition())
                .isEqualTo(new RecordPosition("vqa.questions.interactive", 0, 1L));
        assertThat(second.getTicket().getIndex()).isEqualTo(1);
        assertThat(second.getTicket().getSize()).isEqualTo(5);
        assertThat(second.getTicket().getSha256().bytes())
                .isEqualTo(
                        MessageDigest.getInstance("SHA-256")
                                .digest("three".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void leavesImageBytesBehind() {
        String image = "x".repeat(100_000);

        lane.send(Records.question("r1").setImages(List.of(Records.inline(image))).build());

        byte[] request = lane.encode(Topics.requests(LaneDriver.LANE), lane.onlyRequest());
        assertThat(request.length).isLessThan(500);
    }

    @Test
    void dispatchesAQuestionAboutAnAddressAtOnce() {
        lane.send(
                Records.question("r1")
                        .setImages(List.of(Records.byUri("https://images.example/1.png")))
                        .build());

        ImageReference image = lane.onlyRequest().getQuestion().getImages().get(0);
        assertThat(image.getUri()).isEqualTo("https://images.example/1.png");
        assertThat(image.getTicket()).isNull();
    }

    @Test
    void dropsARepetitionOfTheSameContent() {
        Question question = Records.question("r1").setImages(List.of(Records.inline("i"))).build();

        lane.send(question);
        lane.send(question);

        assertThat(lane.requests.readValuesToList()).hasSize(1);
        assertThat(lane.failures.isEmpty()).isTrue();
        assertThat(lane.metrics.snapshot().duplicates()).isEqualTo(1);
        assertThat(lane.metrics.snapshot().admitted()).isEqualTo(1);
    }

    @Test
    void dropsARepetitionAfterTheAnswerToo() {
        lane.send(Records.question("r1").build());
        lane.send(Records.answered("r1", 1, "a cat"));

        lane.send(Records.question("r1").build());

        assertThat(lane.requests.readValuesToList()).hasSize(1);
        assertThat(lane.answers.readValuesToList()).hasSize(1);
        assertThat(lane.failures.isEmpty()).isTrue();
    }

    @Test
    void theOrderOfAttributesIsNoContent() {
        Map<String, String> oneWay = new LinkedHashMap<>();
        Map<String, String> otherWay = new LinkedHashMap<>();
        for (int i = 0; i < 50; i++) {
            oneWay.put("name" + i, "value");
            otherWay.put("name" + (49 - i), "value");
        }

        lane.send(Records.question("r1").setAttributes(oneWay).build());
        lane.send(Records.question("r1").setAttributes(otherWay).build());

        assertThat(lane.failures.isEmpty()).isTrue();
        assertThat(lane.metrics.snapshot().duplicates()).isEqualTo(1);
    }

    @Test
    void anotherContentUnderTheSameIdFailsAndLeavesTheOpenRequestAlone() {
        lane.send(Records.question("r1").setImages(List.of(Records.inline("a cat"))).build());

        lane.send(
                Records.question("r1")
                        .setImages(List.of(Records.inline("a dog")))
                        .setAttributes(Map.of("which", "second"))
                        .build());
        lane.send(Records.answered("r1", 1, "a cat"));

        Failure failure = lane.onlyFailure();
        assertThat(failure.getCode()).isEqualTo(FailureCode.DUPLICATE_ID);
        assertThat(failure.getStage()).isEqualTo(Stage.ADMISSION);
        assertThat(failure.getRetryable()).isFalse();
        assertThat(failure.getAttributes()).isEqualTo(Map.of("which", "second"));
        assertThat(failure.getQuestion().getSource().getOffset()).isEqualTo(1);
        assertThat(lane.requests.readValuesToList()).hasSize(1);
        assertThat(lane.answers.readValue().getText()).isEqualTo("a cat");
    }

    @Test
    void theNextAttemptIsAnotherRequest() {
        lane.send(Records.question("r1").build());

        lane.send(Records.question("r1").setAttempt(2).build());

        assertThat(lane.requests.readValuesToList())
                .extracting(request -> request.getQuestion().getAttempt())
                .containsExactly(1, 2);
    }

    @Test
    void aReplayOfARecordIsNoSecondAdmission() {
        lane.send(Records.question("r1").build());
        lane.send(Records.answered("r1", 1, "a cat"));
        lane.requests.readValuesToList();

        lane.sendBytes(
                Topics.admissions(LaneDriver.LANE), new TestRecord<>(null, admission("r1", 0)));

        assertThat(lane.requests.isEmpty()).isTrue();
        assertThat(lane.failures.isEmpty()).isTrue();
        assertThat(lane.metrics.snapshot().admitted()).isEqualTo(1);
        assertThat(lane.metrics.snapshot().duplicates()).isZero();
        assertThat(lane.metrics.snapshot().replays()).isEqualTo(1);
    }

    @Test
    void aReplayOfAnOpenRequestIsSentToTheJobAgain() {
        lane.send(Records.question("r1").build());
        lane.requests.readValuesToList();

        lane.sendBytes(
                Topics.admissions(LaneDriver.LANE), new TestRecord<>(null, admission("r1", 0)));

        assertThat(lane.requests.readValuesToList()).hasSize(1);
        assertThat(lane.metrics.snapshot().admitted()).isEqualTo(1);
    }

    @Test
    void aRefusedQuestionHasOneFailureHoweverOftenItIsSent() {
        Question empty = Records.question("r1").setText(" ").build();

        lane.send(empty);
        lane.send(empty);

        assertThat(lane.onlyFailure().getCode()).isEqualTo(FailureCode.EMPTY_QUESTION);
        assertThat(lane.metrics.snapshot().duplicates()).isEqualTo(1);
        assertThat(lane.requests.isEmpty()).isTrue();
    }

    @Test
    void forgetsAClosedRequestInTheEnd() {
        lane.send(Records.question("r1").build());
        lane.send(Records.answered("r1", 1, "a cat"));
        lane.advance(Duration.ofHours(23));
        assertThat(lane.entries(Nodes.REQUEST_STORE)).isEqualTo(1);

        lane.advance(Duration.ofHours(1));

        assertThat(lane.entries(Nodes.REQUEST_STORE)).isZero();
        assertThat(lane.entries(Nodes.CLOSED_STORE)).isZero();
        assertThat(lane.entries(Nodes.DEADLINE_STORE)).isZero();
    }

    @Test
    void forgetsALongListInSeveralSteps() {
        for (int i = 0; i < 1_500; i++) {
            lane.send(Records.question("r" + i).build());
            lane.send(Records.answered("r" + i, 1, "a cat"));
        }
        lane.advance(Duration.ofHours(24));
        assertThat(lane.entries(Nodes.REQUEST_STORE)).isEqualTo(500);

        lane.advance(Duration.ofMillis(50));

        assertThat(lane.entries(Nodes.REQUEST_STORE)).isZero();
    }

    @Test
    void whatIsRememberedOfAClosedRequestIsSmall() {
        lane.send(Records.question("r1").setText("why ".repeat(5_000)).build());

        lane.send(Records.answered("r1", 1, "a cat"));

        GateEntry entry = lane.gateEntry("r1#1");
        byte[] bytes = BinarySerde.of(GateEntry.class).serializer().serialize("requests", entry);
        assertThat(bytes.length).isLessThan(150);
    }

    private static byte[] admission(String requestId, long offset) {
        Question question = Records.question(requestId).build();
        RecordPosition source = new RecordPosition("vqa.questions.interactive", 0, offset);
        Admission admission =
                Admission.newBuilder()
                        .setQuestion(
                                Tickets.of(
                                        question,
                                        source,
                                        LaneDriver.START.toEpochMilli(),
                                        QuestionLimits.DEFAULT))
                        .setContent(Content.digest(question))
                        .build();
        return BinarySerde.of(Admission.class).serializer().serialize("admissions", admission);
    }
}
