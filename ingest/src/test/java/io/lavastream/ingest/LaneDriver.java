package io.lavastream.ingest;

import io.lavastream.ingest.IngestConfig.Delivery;
import io.lavastream.ingest.IngestSettings.Storage;
import io.lavastream.schemas.Answer;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.GateEntry;
import io.lavastream.schemas.Image;
import io.lavastream.schemas.InferenceRequest;
import io.lavastream.schemas.Outcome;
import io.lavastream.schemas.Question;
import io.lavastream.serialization.AvroDecoder;
import io.lavastream.serialization.AvroEncoder;
import io.lavastream.serialization.Decoded;
import io.lavastream.serialization.RegistrySettings;
import io.lavastream.topics.Topic;
import io.lavastream.topics.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import java.util.function.UnaryOperator;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;

/** The production topology without a broker: tests send and receive on topics, as clients and the job do. */
final class LaneDriver implements AutoCloseable {
    static final String LANE = "interactive";
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    final IngestMetrics metrics = new IngestMetrics();
    final TestOutputTopic<String, InferenceRequest> requests;
    final TestOutputTopic<String, Answer> answers;
    final TestOutputTopic<String, Failure> failures;
    final TestOutputTopic<byte[], byte[]> deadLetters;

    private final RegistrySettings registry = Registries.withSchemasOf(LANE);
    private final TopologyTestDriver driver;
    private Instant now = START;

    private LaneDriver(IngestSettings settings, Delivery delivery) {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "lane-driver");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
        driver =
                new TopologyTestDriver(
                        IngestTopology.build(settings, registry, metrics, delivery, () -> now),
                        properties,
                        START);
        requests = output(Topics.requests(LANE), InferenceRequest.class);
        answers = output(Topics.ANSWERS, Answer.class);
        failures = output(Topics.FAILURES, Failure.class);
        deadLetters =
                driver.createOutputTopic(
                        Topics.DEAD_LETTERS.name(),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer());
    }

    static LaneDriver open() {
        return open(settings -> settings);
    }

    static LaneDriver open(UnaryOperator<IngestSettings> change) {
        return open(change, Delivery.EXACTLY_ONCE);
    }

    static LaneDriver open(UnaryOperator<IngestSettings> change, Delivery delivery) {
        return new LaneDriver(
                change.apply(IngestSettings.defaults(LANE).withStorage(Storage.MEMORY)), delivery);
    }

    /** After the look at the clock that follows a start: what is due later must set the alarm itself. */
    LaneDriver settled() {
        advance(IngestSettings.defaults(LANE).punctuation());
        return this;
    }

    Instant now() {
        return now;
    }

    void send(Question question) {
        send(Topics.questions(LANE), question, now);
    }

    void send(Question question, Instant timestamp) {
        send(Topics.questions(LANE), question, timestamp);
    }

    void send(Image image) {
        send(image, now);
    }

    void send(Image image, Instant timestamp) {
        send(Topics.IMAGES_TOPIC, image, timestamp);
    }

    void send(Outcome outcome) {
        send(Topics.outcomes(LANE), outcome, now);
    }

    void sendBytes(Topic topic, TestRecord<byte[], byte[]> record) {
        bytesTo(topic).pipeInput(record);
    }

    byte[] encode(Topic topic, SpecificRecord record) {
        try (AvroEncoder<SpecificRecord> encoder = new AvroEncoder<>(registry)) {
            return encoder.serialize(topic.name(), record);
        }
    }

    void advance(Duration duration) {
        now = now.plus(duration);
        driver.advanceWallClockTime(duration);
    }

    /** Entries in a store. */
    long entries(String store) {
        long entries = 0;
        try (var all = driver.getKeyValueStore(store).all()) {
            while (all.hasNext()) {
                all.next();
                entries++;
            }
        }
        return entries;
    }

    /** What the gate holds of a request. */
    GateEntry gateEntry(String key) {
        return driver.<String, GateEntry>getKeyValueStore(Nodes.REQUEST_STORE).get(key);
    }

    /** Puts an entry into the gate's store, as restoring it does. */
    void restore(String key, GateEntry entry) {
        driver.<String, GateEntry>getKeyValueStore(Nodes.REQUEST_STORE).put(key, entry);
    }

    /** The one failure that came, or an error. */
    Failure onlyFailure() {
        return only(failures.readValuesToList());
    }

    /** The one request that came, or an error. */
    InferenceRequest onlyRequest() {
        return only(requests.readValuesToList());
    }

    static <T> T only(List<T> values) {
        if (values.size() != 1) {
            throw new AssertionError("found %s (expected: exactly one)".formatted(values));
        }
        return values.get(0);
    }

    @Override
    public void close() {
        driver.close();
    }

    private void send(Topic topic, SpecificRecord record, Instant timestamp) {
        // Without a key: ingest does not rely on the clients' keys.
        bytesTo(topic).pipeInput(null, encode(topic, record), timestamp);
    }

    private TestInputTopic<byte[], byte[]> bytesTo(Topic topic) {
        return driver.createInputTopic(
                topic.name(), new ByteArraySerializer(), new ByteArraySerializer());
    }

    private <T extends SpecificRecord> TestOutputTopic<String, T> output(
            Topic topic, Class<T> type) {
        AvroDecoder<T> decoder = new AvroDecoder<>(type, registry);
        return driver.createOutputTopic(
                topic.name(),
                new StringDeserializer(),
                (name, bytes) -> ((Decoded.Value<T>) decoder.decode(name, bytes)).value());
    }
}
