package io.lavastream.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.schemas.Failure;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.Image;
import io.lavastream.schemas.ImageSource;
import io.lavastream.schemas.Question;
import io.lavastream.schemas.Sampling;
import io.lavastream.schemas.Stage;
import io.lavastream.topics.Topic;
import io.lavastream.topics.Topics;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of questions that cannot be read, or must not be admitted. */
class QuestionIntakeTest {
    private static final Topic QUESTIONS = Topics.questions(LaneDriver.LANE);

    private final LaneDriver lane =
            LaneDriver.open(
                    settings -> settings.withLimits(new QuestionLimits(32_768, 16, 1_000_000)));

    @AfterEach
    void close() {
        lane.close();
    }

    @Test
    void sendsUndecodableBytesToTheDeadLettersAsTheyCame() {
        byte[] key = {1, 2};
        byte[] value = "no Avro".getBytes(UTF_8);
        RecordHeaders headers = new RecordHeaders();
        headers.add("trace", "abc".getBytes(UTF_8));

        lane.sendBytes(QUESTIONS, new TestRecord<>(key, value, headers));

        TestRecord<byte[], byte[]> letter = lane.deadLetters.readRecord();
        assertThat(letter.key()).isEqualTo(key);
        assertThat(letter.value()).isEqualTo(value);
        assertThat(header(letter, "trace")).isEqualTo("abc");
        assertThat(header(letter, "lavastream.topic")).isEqualTo("vqa.questions.interactive");
        assertThat(header(letter, "lavastream.partition")).isEqualTo("0");
        assertThat(header(letter, "lavastream.offset")).isEqualTo("0");
        assertThat(header(letter, "lavastream.reason")).isNotBlank();
        assertThat(lane.metrics.snapshot().deadLetters()).isEqualTo(1);
    }

    @Test
    void aDeadLetterIsFollowedByTheNextQuestion() {
        lane.sendBytes(QUESTIONS, new TestRecord<>(null, new byte[] {0, 0, 0, 0, 1, 99}));
        lane.sendBytes(QUESTIONS, new TestRecord<>(null, (byte[]) null));

        lane.send(Records.question("r1").build());

        assertThat(lane.deadLetters.readValuesToList()).hasSize(2);
        assertThat(lane.onlyRequest().getQuestion().getRequestId()).isEqualTo("r1");
    }

    @Test
    void aDeadLetterAlwaysFitsItsTopic() {
        byte[] tooLarge = new byte[Topics.DEAD_LETTERS.maxMessageBytes()];

        lane.sendBytes(QUESTIONS, new TestRecord<>(new byte[] {1}, tooLarge));

        TestRecord<byte[], byte[]> letter = lane.deadLetters.readRecord();
        assertThat(letter.value()).isNull();
        assertThat(header(letter, "lavastream.omitted-bytes"))
                .isEqualTo(Integer.toString(tooLarge.length + 1));
        assertThat(header(letter, "lavastream.offset")).isEqualTo("0");
    }

    @Test
    void aQuestionThatCannotBeKeyedIsADeadLetter() {
        lane.send(Records.question("").build());
        lane.send(Records.question("  ").build());
        lane.send(Records.question("r".repeat(257)).build());

        List<TestRecord<byte[], byte[]>> letters = lane.deadLetters.readRecordsToList();
        assertThat(letters).hasSize(3);
        assertThat(header(letters.get(2), "lavastream.reason"))
                .isEqualTo("request_id: 257 characters (expected: 1 to 256 characters, not blank)");
        assertThat(lane.failures.isEmpty()).isTrue();
    }

    @Test
    void anEmptyQuestionFails() {
        lane.send(Records.question("r1").setText("").setAttributes(Map.of("a", "b")).build());

        Failure failure = lane.onlyFailure();
        assertThat(failure.getCode()).isEqualTo(FailureCode.EMPTY_QUESTION);
        assertThat(failure.getStage()).isEqualTo(Stage.ADMISSION);
        assertThat(failure.getRetryable()).isFalse();
        assertThat(failure.getDetail()).isEqualTo("text: empty (expected: a question)");
        assertThat(failure.getAttributes()).isEqualTo(Map.of("a", "b"));
        assertThat(failure.getQuestion().getRequestId()).isEqualTo("r1");
    }

    @Test
    void aQuestionOfTwoMegabytesFailsWithAQuestionCutToFit() {
        lane.send(
                Records.question("r1")
                        .setText("\u6f22".repeat(2_000_000))
                        .setAttributes(Map.of("tenant", "a"))
                        .build());

        Failure failure = lane.onlyFailure();
        assertThat(failure.getCode()).isEqualTo(FailureCode.QUESTION_TOO_LONG);
        assertThat(failure.getDetail())
                .isEqualTo(
                        "text, system, turns, options, stops and attributes: 2000008 characters"
                                + " (expected: at most 32768)");
        assertThat(failure.getQuestion().getText()).hasSizeBetween(30_000, 32_768);
        assertThat(failure.getAttributes()).isEqualTo(Map.of("tenant", "a"));
        assertThat(lane.encode(Topics.FAILURES, failure).length)
                .isLessThan(Topics.SMALL_RECORD_BYTES);
    }

    @Test
    void theLargestQuestionFitsItsTopics() {
        String widest = "\u6f22";
        try (LaneDriver largest =
                LaneDriver.open(
                        settings -> settings.withLimits(new QuestionLimits(100_000, 32, 1_000)))) {
            ImageSource image =
                    ImageSource.newBuilder()
                            .setUri(widest.repeat(2_048))
                            .setContentType(widest.repeat(128))
                            .build();
            Question question =
                    Records.question(widest.repeat(256))
                            .setText("")
                            .setModel(widest.repeat(256))
                            .setImages(Collections.nCopies(32, image))
                            .setAttributes(Map.of("a", widest.repeat(99_998)))
                            .build();

            largest.send(question);

            Failure failure = largest.onlyFailure();
            assertThat(failure.getCode()).isEqualTo(FailureCode.EMPTY_QUESTION);
            assertThat(failure.getAttributes()).isEqualTo(question.getAttributes());
            assertThat(largest.encode(Topics.FAILURES, failure).length)
                    .isLessThan(Topics.SMALL_RECORD_BYTES - 2_048);
        }
    }

    @Test
    void anInlineImageOverTheLimitFailsAndItsTicketIsKept() {
        lane.send(
                Records.question("r1")
                        .setImages(List.of(Records.inline("x".repeat(1_000_001))))
                        .build());

        Failure failure = lane.onlyFailure();
        assertThat(failure.getCode()).isEqualTo(FailureCode.IMAGE_TOO_LARGE);
        assertThat(failure.getDetail()).startsWith("images[0].data: 1000001 bytes");
        assertThat(failure.getQuestion().getImages().get(0).getTicket().getSize())
                .isEqualTo(1_000_001);
    }

    @Test
    void anInvalidParameterFailsWithItsName() {
        lane.send(
                Records.question("r1")
                        .setSampling(Sampling.newBuilder().setMaxNewTokens(-1).build())
                        .build());

        Failure failure = lane.onlyFailure();
        assertThat(failure.getCode()).isEqualTo(FailureCode.INVALID_PARAMETER);
        assertThat(failure.getDetail()).isEqualTo("sampling.max_new_tokens: -1 (expected: >= 1)");
        assertThat(failure.getQuestion().getSampling().getMaxNewTokens()).isEqualTo(-1);
    }

    @Test
    void anImageThatCannotBeReadOrNamedIsADeadLetter() {
        lane.sendBytes(Topics.IMAGES_TOPIC, new TestRecord<>(null, "junk".getBytes(UTF_8)));
        lane.send(Records.image(" ", "bytes"));
        lane.send(Image.newBuilder().setImageId("neither").build());
        lane.send(Records.image("large", "x".repeat(1_000_001)));

        List<TestRecord<byte[], byte[]>> letters = lane.deadLetters.readRecordsToList();
        assertThat(letters).hasSize(4);
        assertThat(header(letters.get(2), "lavastream.reason"))
                .isEqualTo("image: neither (expected: exactly one of data and uri)");
        assertThat(header(letters.get(3), "lavastream.offset")).isEqualTo("3");
    }

    @Test
    void bytesOnIngestsOwnTopicsThatItDidNotWriteAreDeadLetters() {
        List<Topic> topics =
                List.of(
                        Topics.admissions(LaneDriver.LANE),
                        Topics.resolutions(LaneDriver.LANE),
                        Topics.outcomes(LaneDriver.LANE),
                        Topics.tickets(LaneDriver.LANE),
                        Topics.lookups(LaneDriver.LANE));

        for (Topic topic : topics) {
            lane.sendBytes(topic, new TestRecord<>(null, "junk".getBytes(UTF_8)));
        }

        assertThat(lane.deadLetters.readRecordsToList())
                .extracting(letter -> header(letter, "lavastream.topic"))
                .containsExactlyElementsOf(topics.stream().map(Topic::name).toList());
    }

    private static String header(TestRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return new String(header.value(), UTF_8);
    }
}
