package io.lavastream.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.GenerationRequest;
import io.lavastream.job.JobConfig.Checkpoints;
import io.lavastream.job.JobConfig.Lane;
import io.lavastream.schemas.InferenceRequest;
import io.lavastream.schemas.Outcome;
import io.lavastream.serialization.AvroEncoder;
import io.lavastream.serialization.RegistrySettings;
import io.lavastream.topics.Topics;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a transaction wrote and took back is seen by no consumer of ours, even where the clients' settings ask for it. */
class CommittedRecordsIT {
    private static final String LANE = "committed";
    private static final Duration START = Duration.ofSeconds(60);

    @TempDir Path checkpoints;

    @Test
    void nobodySeesWhatWasTakenBack() {
        FakeEngine.Supplier supplier = new FakeEngine.Supplier(LANE);
        FakeEngine engine = supplier.install(4);
        try (TestTopics topics = new TestTopics(LANE);
                KafkaProducer<byte[], byte[]> client = transactionalClient(topics)) {
            KafkaSettings careless =
                    new KafkaSettings(
                            topics.kafka().bootstrapServers(),
                            Map.of(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted"));
            client.initTransactions();
            client.beginTransaction();
            send(client, "taken-back");
            client.flush();
            client.abortTransaction();
            client.beginTransaction();
            send(client, "committed");
            client.commitTransaction();

            try (InferenceJob job = InferenceJob.start(config(careless), supplier)) {
                job.awaitRunning(START);

                assertThat(topics.outcomes(LANE, 1))
                        .extracting(Outcome::getRequestId)
                        .containsExactly("committed");
                assertThat(engine.submitted)
                        .extracting(GenerationRequest::id)
                        .containsExactly("committed");
            }
            assertThat(keys(careless)).containsExactly("committed");
        }
    }

    private JobConfig config(KafkaSettings kafka) {
        URI directory = checkpoints.toUri();
        return new JobConfig(
                kafka,
                RegistrySettings.of(TestTopics.REGISTRY.url()),
                List.of(new Lane(LANE, 4)),
                1,
                JobConfig.DEFAULT_REQUEST_TIMEOUT,
                JobConfig.Images.DEFAULT,
                new Checkpoints(directory, Duration.ofHours(1), 3));
    }

    /** All in one partition, so that the committed record stands behind the other. */
    private static void send(KafkaProducer<byte[], byte[]> client, String id) {
        String topic = Topics.requests(LANE).name();
        try (AvroEncoder<InferenceRequest> encoder = new AvroEncoder<>(TestTopics.REGISTRY)) {
            byte[] value = encoder.serialize(topic, Samples.request(id, "what"));
            var unused = client.send(new ProducerRecord<>(topic, 0, id.getBytes(UTF_8), value));
        }
    }

    private static List<String> keys(KafkaSettings kafka) {
        TopicPartition partition = new TopicPartition(Topics.requests(LANE).name(), 0);
        List<String> keys = new ArrayList<>();
        try (Consumer<byte[], byte[]> consumer =
                kafka.newConsumer(
                        "test", Map.of(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest"))) {
            consumer.assign(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(100))
                        .forEach(record -> keys.add(new String(record.key(), UTF_8)));
            }
        }
        return keys;
    }

    private static KafkaProducer<byte[], byte[]> transactionalClient(TestTopics topics) {
        return new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        topics.kafka().bootstrapServers(),
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                        "committed-records-test"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }
}
