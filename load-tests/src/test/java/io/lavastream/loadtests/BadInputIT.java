package io.lavastream.loadtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.schemas.Failure;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.ImageSource;
import io.lavastream.schemas.Question;
import io.lavastream.schemas.Sampling;
import io.lavastream.standalone.client.VqaClient;
import io.lavastream.topics.Lanes;
import io.lavastream.topics.Topics;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of bad input, through the topics of the running service; after each a good question is answered. */
class BadInputIT {
    private static final SampleScene SCENE = SampleScene.first();
    private static final AtomicInteger IDS = new AtomicInteger();

    @TempDir private static Path directory;

    private static ServiceProcess service;
    private static VqaClient client;
    private static Inbox inbox;

    @BeforeAll
    static void startService() throws Exception {
        service =
                ServiceProcess.start(
                        directory.resolve("log"), "--data", directory.resolve("data").toString());
        client = VqaClient.connect(service.cluster());
        inbox = new Inbox(client);
    }

    @AfterAll
    static void stopService() throws Exception {
        client.close();
        service.close();
    }

    @AfterEach
    void theNextQuestionIsAnswered() {
        String id = nextId();

        client.send(Lanes.INTERACTIVE, SCENE.as(id));

        assertThat(inbox.answer(id).getText()).isEqualTo(SCENE.answer());
        assertThat(service.isAlive()).isTrue();
    }

    @Test
    void aTruncatedJpeg() {
        byte[] whole = bytes(SCENE.image());

        assertThat(failureOf(about(Arrays.copyOf(whole, whole.length / 2))).getCode())
                .isEqualTo(FailureCode.IMAGE_CORRUPT);
    }

    @Test
    void aTextFileNamedJpg() {
        Failure failure = failureOf(about("not a picture at all".getBytes(UTF_8)));

        assertThat(failure.getCode()).isEqualTo(FailureCode.IMAGE_UNSUPPORTED);
        assertThat(failure.getRetryable()).isFalse();
        assertThat(failure.getQuestion().getImages().get(0).getTicket()).isNotNull();
    }

    @Test
    void onePixelWorks() throws Exception {
        Question question = about(png(1, 1, true));

        client.send(Lanes.INTERACTIVE, question);

        assertThat(inbox.answer(question.getRequestId()).getText()).isNotBlank();
    }

    @Test
    void aBombOf30000By30000Pixels() throws Exception {
        byte[] bomb = png(30_000, 30_000, false);

        Failure failure = failureOf(about(bomb));

        assertThat(bomb).hasSizeLessThan(10_000);
        assertThat(failure.getCode()).isEqualTo(FailureCode.IMAGE_TOO_LARGE);
        assertThat(failure.getDetail()).contains("30000");
    }

    @Test
    void anEmptyQuestion() {
        assertThat(
                        failureOf(Question.newBuilder(SCENE.as(nextId())).setText("  ").build())
                                .getCode())
                .isEqualTo(FailureCode.EMPTY_QUESTION);
    }

    @Test
    void anUnknownImageId() {
        Question question =
                Question.newBuilder(SCENE.as(nextId()))
                        .setImages(
                                List.of(ImageSource.newBuilder().setImageId("never-sent").build()))
                        .build();

        assertThat(failureOf(question).getCode()).isEqualTo(FailureCode.IMAGE_NOT_FOUND);
    }

    @Test
    void twoMegabytesOfText() {
        Question question =
                Question.newBuilder(SCENE.as(nextId())).setText("word ".repeat(400_000)).build();

        Failure failure = failureOf(question);

        assertThat(failure.getCode()).isEqualTo(FailureCode.QUESTION_TOO_LONG);
        assertThat(failure.getDetail()).contains("2000000");
    }

    @Test
    void anUnknownModel() {
        assertThat(
                        failureOf(Question.newBuilder(SCENE.as(nextId())).setModel("gpt-9").build())
                                .getCode())
                .isEqualTo(FailureCode.UNKNOWN_MODEL);
    }

    @Test
    void negativeMaxTokens() {
        Question question =
                Question.newBuilder(SCENE.as(nextId()))
                        .setSampling(Sampling.newBuilder().setMaxNewTokens(-1).build())
                        .build();

        Failure failure = failureOf(question);

        assertThat(failure.getCode()).isEqualTo(FailureCode.INVALID_PARAMETER);
        assertThat(failure.getDetail()).contains("max_new_tokens").contains("-1");
    }

    @Test
    void aDeadlineInThePast() {
        Question question =
                Question.newBuilder(SCENE.as(nextId()))
                        .setDeadline(Instant.now().minusSeconds(60))
                        .build();

        assertThat(failureOf(question).getCode()).isEqualTo(FailureCode.DEADLINE_EXCEEDED);
    }

    @Test
    void theSameRequestTwiceIsAnsweredOnce() {
        Question question = SCENE.as(nextId());

        client.send(Lanes.INTERACTIVE, question);
        client.send(Lanes.INTERACTIVE, question);

        assertThat(inbox.answer(question.getRequestId()).getText()).isEqualTo(SCENE.answer());
        theNextQuestionIsAnswered();
        assertThat(inbox.replies().get(question.getRequestId())).hasSize(1);
    }

    @Test
    void theSameIdWithAnotherQuestionFailsAndLeavesTheFirstAlone() {
        Question question = SCENE.as(nextId());
        Question other =
                Question.newBuilder(question).setText("How many shapes are there?").build();

        client.send(Lanes.INTERACTIVE, question);
        client.send(Lanes.INTERACTIVE, other);

        String id = question.getRequestId();
        assertThat(
                        inbox.readUntil(
                                () -> inbox.replies().getOrDefault(id, List.of()).size() == 2,
                                Duration.ofMinutes(1)))
                .isTrue();
        assertThat(inbox.replies().get(id))
                .anySatisfy(reply -> assertThat(reply.toString()).contains("DUPLICATE_ID"))
                .anySatisfy(reply -> assertThat(reply.toString()).contains(SCENE.answer()));
    }

    @Test
    void bytesThatAreNotAvroBecomeADeadLetterAsTheyCame() throws Exception {
        byte[] garbage = "this is no Avro".getBytes(UTF_8);
        Map<String, Object> config = new HashMap<>(service.cluster().clientConfig());
        config.put("isolation.level", "read_committed");
        try (KafkaProducer<byte[], byte[]> producer =
                        new KafkaProducer<>(
                                config, new ByteArraySerializer(), new ByteArraySerializer());
                KafkaConsumer<byte[], byte[]> consumer =
                        new KafkaConsumer<>(
                                config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(
                    consumer.partitionsFor(Topics.DEAD_LETTERS.name()).stream()
                            .map(info -> new TopicPartition(info.topic(), info.partition()))
                            .toList());
            consumer.seekToBeginning(consumer.assignment());
            String topic = Topics.questions(Lanes.INTERACTIVE).name();

            long offset =
                    producer.send(new ProducerRecord<>(topic, 0, null, garbage)).get().offset();

            ConsumerRecord<byte[], byte[]> letter = first(consumer);
            assertThat(letter.value()).isEqualTo(garbage);
            assertThat(header(letter, "lavastream.topic")).isEqualTo(topic);
            assertThat(header(letter, "lavastream.partition")).isEqualTo("0");
            assertThat(header(letter, "lavastream.offset")).isEqualTo(Long.toString(offset));
            assertThat(header(letter, "lavastream.reason")).contains("schema id");
        }
    }

    private static Failure failureOf(Question question) {
        client.send(Lanes.INTERACTIVE, question);
        Failure failure = inbox.failure(question.getRequestId());
        assertThat(failure.getDetail()).isNotBlank();
        return failure;
    }

    private static Question about(byte[] image) {
        return Question.newBuilder(SCENE.as(nextId()))
                .setImages(List.of(SampleScene.inline(ByteBuffer.wrap(image))))
                .build();
    }

    private static String nextId() {
        return "bad-input-" + IDS.incrementAndGet();
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static ConsumerRecord<byte[], byte[]> first(KafkaConsumer<byte[], byte[]> consumer) {
        for (int i = 0; i < 60; i++) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                return record;
            }
        }
        throw new AssertionError("no dead letter");
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }

    /** A grey PNG; without pixels only its header promises them. */
    private static byte[] png(int width, int height, boolean pixels) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        DataOutputStream fields = new DataOutputStream(header);
        fields.writeInt(width);
        fields.writeInt(height);
        fields.write(new byte[] {8, 0, 0, 0, 0});
        chunk(file, "IHDR", header.toByteArray());
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(data)) {
            deflater.write(new byte[pixels ? (width + 1) * height : 1_000]);
        }
        chunk(file, "IDAT", data.toByteArray());
        chunk(file, "IEND", new byte[0]);
        return file.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream file, String type, byte[] content)
            throws IOException {
        CRC32 crc = new CRC32();
        crc.update(type.getBytes(UTF_8));
        crc.update(content);
        DataOutputStream out = new DataOutputStream(file);
        out.writeInt(content.length);
        out.write(type.getBytes(UTF_8));
        out.write(content);
        out.writeInt((int) crc.getValue());
    }
}
