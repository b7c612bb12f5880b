package io.lavastream.standalone.evolution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.lavastream.engine.EngineConfig;
import io.lavastream.schemas.AnswerFormat;
import io.lavastream.schemas.AnswerKind;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.InferenceRequest;
import io.lavastream.schemas.Question;
import io.lavastream.schemas.RecordPosition;
import io.lavastream.schemas.Sampling;
import io.lavastream.schemas.TicketedQuestion;
import io.lavastream.serialization.AvroDecoder;
import io.lavastream.serialization.AvroEncoder;
import io.lavastream.serialization.Decoded;
import io.lavastream.serialization.SchemaRegistration;
import io.lavastream.standalone.Progress;
import io.lavastream.standalone.client.Reply;
import io.lavastream.standalone.client.VqaClient;
import io.lavastream.standalone.service.DataDirectory;
import io.lavastream.standalone.service.Service;
import io.lavastream.standalone.service.ServiceConfig;
import io.lavastream.topics.Lanes;
import io.lavastream.topics.Topic;
import io.lavastream.topics.Topics;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Clients of the previous and the next version of each schema against this version, in both directions, through the
 * registry of a running service, and that service under their records.
 */
class SchemaEvolutionIT {
    private static final Path MODEL =
            Path.of(System.getProperty("lavastream.home")).resolve("models/scenes-llava");

    private static final String LANE = Lanes.INTERACTIVE;
    private static final int RECORDS = 50;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir private static Path directory;

    private static Progress progress;
    private static DataDirectory data;
    private static Service service;
    private static SchemaRegistryClient registry;
    private static WireFormat foreign;
    private static VqaClient client;
    private static KafkaProducer<byte[], byte[]> producer;

    @BeforeAll
    static void start() {
        progress =
                Progress.on(new PrintStream(OutputStream.nullOutputStream(), false, UTF_8), false);
        data = DataDirectory.open(Optional.of(directory));
        service =
                Service.start(
                        ServiceConfig.embedded(EngineConfig.defaults(MODEL))
                                .withLanes(List.of(LANE)),
                        data,
                        progress);
        registry = service.cluster().registry().newClient();
        foreign = new WireFormat(registry);
        client = VqaClient.connect(service.cluster());
        producer =
                new KafkaProducer<>(
                        service.cluster().clientConfig(),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
    }

    @AfterAll
    static void stop() throws Exception {
        producer.close();
        client.close();
        registry.close();
        service.close();
        data.close();
        progress.close();
    }

    static Stream<Topic> topics() {
        return Topics.all(List.of(LANE)).stream().filter(topic -> topic.value().isPresent());
    }

    @ParameterizedTest
    @MethodSource("topics")
    void theRegistryAcceptsBothNeighboursAndRefusesABreak(Topic topic) throws Exception {
        Schema current = current(topic);
        assertThat(Evolution.previous(current)).isNotEqualTo(current);

        for (Schema neighbour : List.of(Evolution.previous(current), Evolution.next(current))) {
            assertThat(registry.register(topic.valueSubject(), new AvroSchema(neighbour)))
                    .isPositive();
        }

        Schema required =
                Schema.createRecord(current.getName(), null, current.getNamespace(), false);
        required.setFields(
                List.of(
                        new Schema.Field(
                                "required", Schema.create(Schema.Type.STRING), null, null)));
        assertThatThrownBy(() -> registry.register(topic.valueSubject(), new AvroSchema(required)))
                .isInstanceOfSatisfying(
                        RestClientException.class,
                        refusal -> assertThat(refusal.getStatus()).isEqualTo(409));
    }

    @ParameterizedTest
    @MethodSource("topics")
    void weReadWhatBothNeighboursWrite(Topic topic) throws Exception {
        Schema current = current(topic);
        RandomRecords records = new RandomRecords(1);
        try (AvroDecoder<? extends SpecificRecord> decoder =
                new AvroDecoder<>(topic.value().orElseThrow(), service.cluster().registry())) {
            for (Schema neighbour : List.of(Evolution.previous(current), Evolution.next(current))) {
                for (int i = 0; i < RECORDS; i++) {
                    byte[] bytes = foreign.write(topic.valueSubject(), records.record(neighbour));

                    assertThat(decoder.decode(topic.name(), bytes))
                            .isInstanceOf(Decoded.Value.class);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("topics")
    void bothNeighboursReadWhatWeWrite(Topic topic) throws Exception {
        Schema current = current(topic);
        RandomRecords records = new RandomRecords(2);
        try (AvroEncoder<SpecificRecord> encoder =
                new AvroEncoder<>(service.cluster().registry())) {
            for (int i = 0; i < RECORDS; i++) {
                SpecificRecord ours = specific(topic, records.record(current));
                byte[] bytes = encoder.serialize(topic.name(), ours);

                foreign.read(bytes, Evolution.previous(current));
                GenericRecord next = foreign.read(bytes, Evolution.next(current));

                assertThat(next.get(Evolution.ADDED_FIELD)).isNull();
            }
        }
    }

    @Test
    void anUnknownSymbolIsReadAsTheDefaultOne() throws Exception {
        Topic topic = Topics.questions(LANE);
        GenericRecord question = nextQuestion("symbol", "What is this?");
        setKind(question, Evolution.ADDED_SYMBOL);
        try (AvroDecoder<Question> decoder =
                new AvroDecoder<>(Question.class, service.cluster().registry())) {

            Decoded<Question> decoded =
                    decoder.decode(topic.name(), foreign.write(topic.valueSubject(), question));

            assertThat(decoded)
                    .isInstanceOfSatisfying(
                            Decoded.Value.class,
                            value ->
                                    assertThat(
                                                    ((Question) value.value())
                                                            .getAnswerFormat()
                                                            .getKind())
                                            .isEqualTo(AnswerKind.UNKNOWN));
        }
    }

    @Test
    void clientsOfTheNextVersionAreServedAndBreakNothing() throws Exception {
        send(nextQuestion("next-optional-field", "How many shapes are there?"));
        assertThat(await("next-optional-field")).isInstanceOf(Reply.Answered.class);

        GenericRecord unknownForm = nextQuestion("next-symbol", "What is this?");
        setKind(unknownForm, Evolution.ADDED_SYMBOL);
        send(unknownForm);
        assertThat(await("next-symbol"))
                .isInstanceOfSatisfying(
                        Reply.Failed.class,
                        failed -> {
                            assertThat(failed.failure().getCode())
                                    .isEqualTo(FailureCode.INVALID_PARAMETER);
                            assertThat(failed.failure().getDetail()).contains("answer_format.kind");
                        });

        client.send(LANE, question("ours-after-it"));
        assertThat(await("ours-after-it")).isInstanceOf(Reply.Answered.class);
        assertThat(service.failure()).isNotDone();
    }

    @Test
    void theRunningJobReadsRequestsOfBothNeighbours() throws Exception {
        Topic topic = Topics.requests(LANE);
        Schema current = current(topic);
        for (Schema neighbour : List.of(Evolution.previous(current), Evolution.next(current))) {
            String id = neighbour.getField("question").schema().getFields().size() + "-fields";
            byte[] bytes = foreign.write(topic.valueSubject(), request(neighbour, id));

            producer.send(new ProducerRecord<>(topic.name(), id.getBytes(UTF_8), bytes)).get();

            assertThat(outcomeOf(id)).isEqualTo("Answer");
        }
        assertThat(service.failure()).isNotDone();
    }

    private static Schema current(Topic topic) {
        return SchemaRegistration.publishedSchema(topic.value().orElseThrow());
    }

    private static Question question(String id) {
        return Question.newBuilder().setRequestId(id).setText("What is this?").build();
    }

    /** A question that only the next version can express in full. */
    private static GenericRecord nextQuestion(String id, String text) throws Exception {
        Schema next = Evolution.next(current(Topics.questions(LANE)));
        GenericRecord question =
                inVersion(Question.newBuilder(question(id)).setText(text).build(), next);
        question.put(Evolution.ADDED_FIELD, "something that we do not know");
        return question;
    }

    private static void setKind(GenericRecord question, String symbol) {
        GenericRecord format = (GenericRecord) question.get("answer_format");
        format.put(
                "kind",
                new GenericData.EnumSymbol(format.getSchema().getField("kind").schema(), symbol));
    }

    private static GenericRecord request(Schema version, String id) throws Exception {
        InferenceRequest request =
                new InferenceRequest(
                        TicketedQuestion.newBuilder()
                                .setRequestId(id)
                                .setAttempt(1)
                                .setSource(new RecordPosition(Topics.questions(LANE).name(), 0, 0L))
                                .setText("What is this?")
                                .setAnswerFormat(AnswerFormat.newBuilder().build())
                                .setSampling(Sampling.newBuilder().build())
                                .build(),
                        Instant.now());
        return inVersion(request, version);
    }

    /** One of our records as a client of another version has it. */
    private static GenericRecord inVersion(SpecificRecord record, Schema version) throws Exception {
        try (AvroEncoder<SpecificRecord> encoder =
                new AvroEncoder<>(service.cluster().registry())) {
            String topic =
                    topics().filter(
                                    candidate ->
                                            candidate.value().orElseThrow() == record.getClass())
                            .findFirst()
                            .orElseThrow()
                            .name();
            return foreign.read(encoder.serialize(topic, record), version);
        }
    }

    private static SpecificRecord specific(Topic topic, GenericRecord record) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder);
        encoder.flush();
        Class<? extends SpecificRecord> type = topic.value().orElseThrow();
        SpecificData model = SpecificData.getForClass(type);
        return new SpecificDatumReader<SpecificRecord>(
                        record.getSchema(), model.getSchema(type), model)
                .read(null, DecoderFactory.get().binaryDecoder(bytes.toByteArray(), null));
    }

    private static void send(GenericRecord question) throws Exception {
        Topic topic = Topics.questions(LANE);
        byte[] bytes = foreign.write(topic.valueSubject(), question);
        producer.send(new ProducerRecord<>(topic.name(), bytes)).get();
    }

    private static Reply await(String id) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() - end < 0) {
            for (Reply reply : client.poll(Duration.ofMillis(100))) {
                if (reply.requestId().equals(id)) {
                    return reply;
                }
            }
        }
        throw new AssertionError(id + ": no outcome within " + PATIENCE);
    }

    /** Which record the job's outcome of a request holds; the gate does not know requests that it did not admit. */
    private static String outcomeOf(String id) throws Exception {
        Topic topic = Topics.outcomes(LANE);
        Map<String, Object> config = service.cluster().clientConfig();
        config.put("isolation.level", "read_committed");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(
                    consumer.partitionsFor(topic.name()).stream()
                            .map(info -> new TopicPartition(info.topic(), info.partition()))
                            .toList());
            consumer.seekToBeginning(consumer.assignment());
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (System.nanoTime() - end < 0) {
                for (ConsumerRecord<byte[], byte[]> record :
                        consumer.poll(Duration.ofMillis(100))) {
                    GenericRecord outcome = foreign.read(record.value(), current(topic));
                    if (outcome.get("request_id").toString().equals(id)) {
                        return ((GenericRecord) outcome.get("result")).getSchema().getName();
                    }
                }
            }
        }
        throw new AssertionError(id + ": no outcome of the job within " + PATIENCE);
    }
}
