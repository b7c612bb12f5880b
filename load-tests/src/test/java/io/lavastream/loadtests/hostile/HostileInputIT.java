package io.lavastream.loadtests.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.lavastream.loadtests.Inbox;
import io.lavastream.loadtests.SampleScene;
import io.lavastream.loadtests.ServiceProcess;
import io.lavastream.loadtests.hostile.HostileInput.End;
import io.lavastream.schemas.Answer;
import io.lavastream.schemas.Question;
import io.lavastream.serialization.AvroEncoder;
import io.lavastream.serialization.SchemaRegistration;
import io.lavastream.standalone.client.Reply;
import io.lavastream.standalone.client.VqaClient;
import io.lavastream.topics.Lanes;
import io.lavastream.topics.Topic;
import io.lavastream.topics.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.JsonProperties;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More than a thousand malformed inputs through the topics of the running service, then a good question. */
class HostileInputIT {
    private static final long SEED = 1;
    private static final Topic QUESTIONS = Topics.questions(Lanes.INTERACTIVE);
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** What the resident memory of a service that has warmed up may still grow by. */
    private static final long MOST_GROWTH_KILOBYTES = 300 << 10;

    @TempDir private Path directory;

    @Test
    void eachEndsAsItMustAndTheNextQuestionIsAnswered() throws Exception {
        Path log = directory.resolve("log");
        try (ForbiddenServer forbidden = ForbiddenServer.start();
                ServiceProcess service =
                        ServiceProcess.start(
                                log,
                                "--data",
                                directory.resolve("data").toString(),
                                "--image-host",
                                "localhost:" + forbidden.port(),
                                "--image-private-host",
                                forbidden.redirector());
                VqaClient client = VqaClient.connect(service.cluster())) {
            Inbox inbox = new Inbox(client);
            List<HostileInput> inputs = inputs(service, forbidden);
            int quarter = inputs.size() / 4;

            Map<String, HostileInput> deadLetters =
                    new HashMap<>(sendAll(service, inputs.subList(0, quarter)));
            awaitOutcomes(inbox, inputs.subList(0, quarter));
            long warm = service.residentKilobytes();
            deadLetters.putAll(sendAll(service, inputs.subList(quarter, inputs.size())));
            awaitOutcomes(inbox, inputs);

            List<String> wrong = wrongOutcomes(inputs, inbox);
            wrong.addAll(wrongDeadLetters(service, deadLetters));
            long grown = service.residentKilobytes() - warm;
            System.out.printf(
                    "hostile inputs, seed %d: %d sent, %d ended otherwise, forbidden server reached %d times, memory"
                            + " %d MiB and %+d MiB%n",
                    SEED,
                    inputs.size(),
                    wrong.size(),
                    forbidden.reached().size(),
                    warm >> 10,
                    grown >> 10);
            assertThat(wrong).isEmpty();
            assertThat(forbidden.isOpen()).isTrue();
            assertThat(forbidden.reached()).isEmpty();
            assertThat(grown).isLessThan(MOST_GROWTH_KILOBYTES);

            client.send(Lanes.INTERACTIVE, SampleScene.first().as("after-all"));
            assertThat(inbox.answer("after-all").getText()).isEqualTo(SampleScene.first().answer());
            assertThat(service.isAlive()).isTrue();
        }
        // What Flink and ingest log when a task or a thread is started again.
        assertThat(Files.readString(log))
                .doesNotContain("switched from RUNNING to FAILED")
                .doesNotContain("a stream thread failed and is replaced");
    }

    private static List<HostileInput> inputs(ServiceProcess service, ForbiddenServer forbidden)
            throws Exception {
        try (SchemaRegistryClient registry = service.cluster().registry().newClient();
                AvroEncoder<Question> encoder = new AvroEncoder<>(service.cluster().registry())) {
            Schema question = SchemaRegistration.publishedSchema(Question.class);
            HostileInputs.Target target =
                    new HostileInputs.Target(
                            registry.getId(QUESTIONS.valueSubject(), new AvroSchema(question)),
                            registry.getId(
                                    Topics.ANSWERS.valueSubject(),
                                    new AvroSchema(
                                            SchemaRegistration.publishedSchema(Answer.class))),
                            registry.register(
                                    QUESTIONS.valueSubject(), new AvroSchema(nested(question))),
                            value -> encoder.serialize(QUESTIONS.name(), value),
                            forbidden.port(),
                            forbidden.redirector(),
                            "localhost:" + forbidden.port());
            return HostileInputs.of(target, SEED);
        }
    }

    /** A version that anyone who may register could add: only optional fields, in front one whose type holds itself. */
    private static Schema nested(Schema question) {
        Schema node = Schema.createRecord("Node", null, question.getNamespace(), false);
        Schema optional = Schema.createUnion(Schema.create(Schema.Type.NULL), node);
        node.setFields(
                List.of(new Schema.Field("next", optional, null, JsonProperties.NULL_VALUE)));
        List<Schema.Field> fields = new ArrayList<>();
        for (Schema.Field field : question.getFields()) {
            fields.add(new Schema.Field(field, field.schema()));
            if (field.name().equals("request_id")) {
                fields.add(new Schema.Field("nested", optional, null, JsonProperties.NULL_VALUE));
            }
        }
        Schema version =
                Schema.createRecord(question.getName(), null, question.getNamespace(), false);
        version.setFields(fields);
        return version;
    }

    /** Sends them and returns those that must become dead letters, by their position. */
    private static Map<String, HostileInput> sendAll(
            ServiceProcess service, List<HostileInput> inputs) throws Exception {
        Map<String, HostileInput> byPosition = new HashMap<>();
        Map<String, Object> config = service.cluster().clientConfig();
        config.put("max.request.size", Topics.LARGE_RECORD_BYTES);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (HostileInput input : inputs) {
                RecordMetadata position =
                        producer.send(new ProducerRecord<>(QUESTIONS.name(), input.value())).get();
                if (input.end() instanceof End.DeadLetter) {
                    byPosition.put(position.partition() + "/" + position.offset(), input);
                }
            }
        }
        return byPosition;
    }

    private static void awaitOutcomes(Inbox inbox, List<HostileInput> inputs) {
        inbox.readUntil(
                () ->
                        inputs.stream()
                                .filter(input -> input.end() instanceof End.Outcome)
                                .allMatch(input -> inbox.replies().containsKey(input.requestId())),
                PATIENCE);
    }

    private static List<String> wrongOutcomes(List<HostileInput> inputs, Inbox inbox) {
        List<String> wrong = new ArrayList<>();
        for (HostileInput input : inputs) {
            if (input.end() instanceof End.Outcome expected) {
                List<Reply> replies = inbox.replies().getOrDefault(input.requestId(), List.of());
                if (replies.size() != 1 || !isRight(replies.get(0), expected)) {
                    wrong.add("%s (%s): %s".formatted(input.name(), input.requestId(), replies));
                }
            }
        }
        return wrong;
    }

    private static boolean isRight(Reply reply, End.Outcome expected) {
        return reply instanceof Reply.Failed failed
                ? expected.codes().contains(failed.failure().getCode())
                : expected.mayBeAnswered();
    }

    private static List<String> wrongDeadLetters(
            ServiceProcess service, Map<String, HostileInput> expected) throws Exception {
        Map<String, HostileInput> missing = new HashMap<>(expected);
        List<String> wrong = new ArrayList<>();
        Map<String, Object> config = service.cluster().clientConfig();
        config.put("isolation.level", "read_committed");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(
                    consumer.partitionsFor(Topics.DEAD_LETTERS.name()).stream()
                            .map(info -> new TopicPartition(info.topic(), info.partition()))
                            .toList());
            consumer.seekToBeginning(consumer.assignment());
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (!missing.isEmpty() && System.nanoTime() - end < 0) {
                for (ConsumerRecord<byte[], byte[]> letter :
                        consumer.poll(Duration.ofMillis(100))) {
                    String position = header(letter, "partition") + "/" + header(letter, "offset");
                    HostileInput input = missing.remove(position);
                    if (input == null || !Arrays.equals(input.value(), letter.value())) {
                        wrong.add(
                                "dead letter of %s: %s"
                                        .formatted(position, header(letter, "reason")));
                    }
                }
            }
        }
        missing.values().forEach(input -> wrong.add(input.name() + ": no dead letter"));
        return wrong;
    }

    private static String header(ConsumerRecord<byte[], byte[]> letter, String name) {
        return new String(letter.headers().lastHeader("lavastream." + name).value(), UTF_8);
    }
}
