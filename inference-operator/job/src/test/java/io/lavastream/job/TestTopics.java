package io.lavastream.job;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import io.lavastream.schemas.ImageSource;
import io.lavastream.schemas.InferenceRequest;
import io.lavastream.schemas.Outcome;
import io.lavastream.schemas.Question;
import io.lavastream.schemas.RecordPosition;
import io.lavastream.serialization.AvroDecoder;
import io.lavastream.serialization.AvroEncoder;
import io.lavastream.serialization.Decoded;
import io.lavastream.serialization.RegistrySettings;
import io.lavastream.serialization.SchemaRegistration;
import io.lavastream.topics.Topic;
import io.lavastream.topics.TopicAdmin;
import io.lavastream.topics.TopicSettings;
import io.lavastream.topics.Topics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The topics of some lanes on the test's broker, seen from both ends. */
public final class TestTopics implements AutoCloseable {
    static final String SCOPE = "job-tests";
    public static final RegistrySettings REGISTRY = RegistrySettings.of("mock://" + SCOPE);

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final KafkaSettings kafka = KafkaSettings.of(TestBroker.bootstrapServers());
    private final KafkaProducer<byte[], byte[]> producer;
    private final AvroEncoder<InferenceRequest> requests = new AvroEncoder<>(REGISTRY);
    private final AvroEncoder<Question> questions = new AvroEncoder<>(REGISTRY);
    private final AvroDecoder<Outcome> outcomes = new AvroDecoder<>(Outcome.class, REGISTRY);

    public TestTopics(String... lanes) {
        List<Topic> topics = Topics.all(Arrays.asList(lanes));
        try (Admin admin =
                Admin.create(
                        Map.of(
                                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                kafka.bootstrapServers()))) {
            new TopicAdmin(admin, new TopicSettings(2, (short) 1)).create(topics);
        }
        SchemaRegistration.register(MockSchemaRegistry.getClientForScope(SCOPE), topics);
        producer =
                new KafkaProducer<>(
                        Map.of(
                                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                kafka.bootstrapServers(),
                                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                                Topics.LARGE_RECORD_BYTES,
                                // A topic that was just made may refuse the first batch and take
                                // the
                                // second.
                                ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
                                1),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
    }

    public KafkaSettings kafka() {
        return kafka;
    }

    void request(String lane, InferenceRequest request) {
        String topic = Topics.requests(lane).name();
        String key = request.getQuestion().getRequestId();
        send(topic, key, requests.serialize(topic, request));
    }

    /** Writes many, waiting only for the last. */
    void requests(String lane, Stream<InferenceRequest> all) {
        String topic = Topics.requests(lane).name();
        all.forEach(
                request -> {
                    byte[] key = request.getQuestion().getRequestId().getBytes(UTF_8);
                    var unused =
                            producer.send(
                                    new ProducerRecord<>(
                                            topic, key, requests.serialize(topic, request)));
                });
        producer.flush();
    }

    RecordMetadata rawRequest(String lane, byte[] value) {
        return send(Topics.requests(lane).name(), "raw", value);
    }

    /** Writes a question with its images inline and says where it stands. */
    public RecordPosition question(String lane, byte[]... images) {
        String topic = Topics.questions(lane).name();
        Question question =
                Question.newBuilder()
                        .setRequestId("inline")
                        .setImages(
                                Arrays.stream(images)
                                        .map(
                                                image ->
                                                        ImageSource.newBuilder()
                                                                .setData(ByteBuffer.wrap(image))
                                                                .build())
                                        .toList())
                        .build();
        RecordMetadata written = send(topic, "inline", questions.serialize(topic, question));
        return new RecordPosition(topic, written.partition(), written.offset());
    }

    /** Deletes what stands before {@code position} and at it, as retention does. */
    public void expire(RecordPosition position) {
        TopicPartition partition = new TopicPartition(position.getTopic(), position.getPartition());
        try (Admin admin =
                Admin.create(
                        Map.of(
                                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                kafka.bootstrapServers()))) {
            admin.deleteRecords(
                            Map.of(
                                    partition,
                                    RecordsToDelete.beforeOffset(position.getOffset() + 1)))
                    .all()
                    .get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private RecordMetadata send(String topic, String key, byte[] value) {
        try {
            return producer.send(new ProducerRecord<>(topic, key.getBytes(UTF_8), value)).get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** The first {@code count} outcomes of a lane, waiting for them. */
    List<Outcome> outcomes(String lane, int count) {
        return read(Topics.outcomes(lane).name(), count).stream().map(this::outcome).toList();
    }

    /** The outcomes that a lane has after a second of reading. */
    List<Outcome> outcomesNow(String lane) {
        return read(Topics.outcomes(lane).name(), Integer.MAX_VALUE, Duration.ofSeconds(1)).stream()
                .map(this::outcome)
                .toList();
    }

    private Outcome outcome(ConsumerRecord<byte[], byte[]> record) {
        return ((Decoded.Value<Outcome>) outcomes.decode(record.topic(), record.value())).value();
    }

    /** All records of a topic, waiting until there are {@code count}. */
    List<ConsumerRecord<byte[], byte[]>> read(String topic, int count) {
        List<ConsumerRecord<byte[], byte[]>> records = read(topic, count, PATIENCE);
        if (records.size() < count) {
            throw new AssertionError(
                    "%s: %d records (expected: %d)".formatted(topic, records.size(), count));
        }
        return records;
    }

    private List<ConsumerRecord<byte[], byte[]>> read(String topic, int count, Duration patience) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (Consumer<byte[], byte[]> consumer =
                kafka.newConsumer(
                        "test", Map.of(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest"))) {
            consumer.assign(
                    consumer.partitionsFor(topic).stream()
                            .map(info -> new TopicPartition(topic, info.partition()))
                            .toList());
            long end = System.nanoTime() + patience.toNanos();
            while (records.size() < count && System.nanoTime() - end < 0) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
        }
        return records;
    }

    @Override
    public void close() {
        producer.close();
        requests.close();
        questions.close();
        outcomes.close();
    }
}
