package io.lavastream.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import io.lavastream.schemas.Image;
import io.lavastream.schemas.Question;
import io.lavastream.serialization.Decoded.Undecodable;
import io.lavastream.serialization.Decoded.Value;
import io.lavastream.topics.Lanes;
import io.lavastream.topics.Topics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.JsonProperties;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AvroCodecTest {
    private static final String SCOPE = "avro-codec-test";
    private static final RegistrySettings REGISTRY = RegistrySettings.of("mock://" + SCOPE);
    private static final String TOPIC = Topics.questions(Lanes.INTERACTIVE).name();

    private static final RegistryRetry IMPATIENT =
            RegistryRetry.of(2, Duration.ofMillis(1), Duration.ofMillis(2));

    private final AvroEncoder<Question> encoder = new AvroEncoder<>(REGISTRY, IMPATIENT);
    private final AvroDecoder<Question> decoder =
            new AvroDecoder<>(Question.class, REGISTRY, IMPATIENT);

    @BeforeEach
    void registerSchemas() {
        SchemaRegistryClient registry = MockSchemaRegistry.getClientForScope(SCOPE);
        SchemaRegistration.register(registry, Topics.all(Lanes.DEFAULT));
    }

    @AfterEach
    void dropSchemas() {
        encoder.close();
        decoder.close();
        MockSchemaRegistry.dropScope(SCOPE);
    }

    @Test
    void aQuestionComesBackAsItWas() {
        Question question = question();

        assertThat(decoder.decode(TOPIC, encoder.serialize(TOPIC, question)))
                .isEqualTo(new Value<>(question));
    }

    @Test
    void theBytesAreConfluentsWireFormat() throws Exception {
        byte[] bytes = encoder.serialize(TOPIC, question());

        int id =
                MockSchemaRegistry.getClientForScope(SCOPE)
                        .getLatestSchemaMetadata(TOPIC + "-value")
                        .getId();
        assertThat(bytes[0]).isZero();
        assertThat(ByteBuffer.wrap(bytes, 1, 4).getInt()).isEqualTo(id);
    }

    @Test
    void aForeignClientReadsOurRecordsWithoutOurClasses() {
        try (KafkaAvroDeserializer foreign = new KafkaAvroDeserializer()) {
            foreign.configure(Map.of("schema.registry.url", REGISTRY.url()), false);

            GenericRecord record =
                    (GenericRecord)
                            foreign.deserialize(TOPIC, encoder.serialize(TOPIC, question()));

            assertThat(record.get("request_id")).hasToString("q-1");
            assertThat(record.getSchema().toString()).doesNotContain("avro.java.string");
        }
    }

    @Test
    void aForeignClientsRecordIsRead() {
        try (KafkaAvroSerializer foreign = new KafkaAvroSerializer()) {
            foreign.configure(
                    Map.of(
                            "schema.registry.url", REGISTRY.url(),
                            "auto.register.schemas", false,
                            "use.latest.version", true),
                    false);

            assertThat(decoder.decode(TOPIC, foreign.serialize(TOPIC, question())))
                    .isEqualTo(new Value<>(question()));
        }
    }

    @Test
    void whatIsNestedTooDeeplyToBeSkippedIsReportedNotThrown() throws Exception {
        Schema node = Schema.createRecord("Node", null, "example", false);
        Schema optional = Schema.createUnion(Schema.create(Schema.Type.NULL), node);
        node.setFields(
                List.of(new Schema.Field("next", optional, null, JsonProperties.NULL_VALUE)));
        Schema later = Schema.createRecord("Question", null, "io.lavastream.schemas", false);
        Schema text = Schema.create(Schema.Type.STRING);
        later.setFields(
                List.of(
                        new Schema.Field("request_id", text),
                        new Schema.Field("nested", optional, null, JsonProperties.NULL_VALUE)));
        int id =
                MockSchemaRegistry.getClientForScope(SCOPE)
                        .register(TOPIC + "-value", new AvroSchema(later));
        ByteBuffer bytes = ByteBuffer.allocate(1_000_000).put((byte) 0).putInt(id);
        bytes.put((byte) 2).put((byte) 'q');
        while (bytes.remaining() > 1) {
            bytes.put((byte) 2); // Branch 1: one level deeper.
        }

        assertThat(decoder.decode(TOPIC, bytes.array()))
                .isEqualTo(new Undecodable<>("nested too deeply to be read"));
        assertThat(decoder.decode(TOPIC, encoder.serialize(TOPIC, question())))
                .isEqualTo(new Value<>(question()));
    }

    @Test
    void bytesThatAreNotAvroAreReportedNotThrown() {
        byte[] good = encoder.serialize(TOPIC, question());
        byte[] unknownSchema = good.clone();
        unknownSchema[3] = 77;

        for (byte[] bad :
                List.of(
                        "hello".getBytes(StandardCharsets.UTF_8),
                        new byte[0],
                        new byte[] {0, 0},
                        unknownSchema,
                        Arrays.copyOf(good, good.length - 3))) {
            assertThat(decoder.decode(TOPIC, bad))
                    .isInstanceOfSatisfying(
                            Undecodable.class,
                            undecodable -> assertThat(undecodable.reason()).isNotBlank());
        }
        assertThat(decoder.decode(TOPIC, null)).isInstanceOf(Undecodable.class);
    }

    @Test
    void randomBytesBehindAValidHeaderNeverThrow() {
        byte[] good = encoder.serialize(TOPIC, question());
        Random random = new Random(7);

        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = new byte[5 + random.nextInt(200)];
            random.nextBytes(bytes);
            System.arraycopy(good, 0, bytes, 0, 5);

            assertThat(decoder.decode(TOPIC, bytes)).isNotNull();
        }
    }

    @Test
    void aLengthOfGigabytesIsRefusedBeforeMemoryIsTaken() {
        byte[] good = encoder.serialize(TOPIC, question());
        byte[] bytes = Arrays.copyOf(good, 12);
        byte[] twoGigabytes = {(byte) 0xfe, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f};
        System.arraycopy(twoGigabytes, 0, bytes, 5, twoGigabytes.length);

        assertThat(decoder.decode(TOPIC, bytes)).isInstanceOf(Undecodable.class);
    }

    @Test
    void anotherRecordIsNamed() {
        try (AvroEncoder<Image> images = new AvroEncoder<>(REGISTRY)) {
            byte[] image =
                    images.serialize(
                            Topics.IMAGES_TOPIC.name(), Image.newBuilder().setImageId("i").build());

            assertThat(decoder.decode(TOPIC, image))
                    .isInstanceOfSatisfying(
                            Undecodable.class,
                            undecodable ->
                                    assertThat(undecodable.reason())
                                            .contains("schemas.Image")
                                            .contains("schemas.Question"));
        }
    }

    @Test
    void anUnreachableRegistryIsNoReasonToCallBytesBad() {
        RegistrySettings nobody = RegistrySettings.of("http://127.0.0.1:1");
        byte[] bytes = encoder.serialize(TOPIC, question());

        try (AvroDecoder<Question> decoderOfNobody =
                        new AvroDecoder<>(Question.class, nobody, IMPATIENT);
                AvroEncoder<Question> encoderOfNobody = new AvroEncoder<>(nobody, IMPATIENT)) {
            assertThatThrownBy(() -> decoderOfNobody.decode(TOPIC, bytes))
                    .isInstanceOf(RegistryUnavailableException.class);
            assertThatThrownBy(() -> encoderOfNobody.serialize(TOPIC, question()))
                    .isInstanceOf(RegistryUnavailableException.class);
        }
    }

    @Test
    void aSerializerNeverRegisters() {
        assertThatThrownBy(() -> encoder.serialize("vqa.unknown", question()))
                .isInstanceOf(SerializationException.class);
    }

    @Test
    void secretsOfTheRegistryAreNotPrinted() {
        RegistrySettings settings =
                new RegistrySettings(
                        "http://registry", Map.of("basic.auth.user.info", "user:secret"));

        assertThat(settings).hasToString("http://registry");
    }

    private static Question question() {
        return Question.newBuilder()
                .setRequestId("q-1")
                .setText("What color is the circle?")
                .setDeadline(Instant.ofEpochMilli(1_700_000_000_000L))
                .setAttributes(Map.of("tenant", "a"))
                .build();
    }
}
