package io.lavastream.loadtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.schemas.Outcome;
import io.lavastream.serialization.AvroDecoder;
import io.lavastream.serialization.Decoded;
import io.lavastream.standalone.client.Cluster;
import io.lavastream.standalone.client.Reply;
import io.lavastream.standalone.client.VqaClient;
import io.lavastream.topics.Lanes;
import io.lavastream.topics.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} of ingest and job in the middle of their work, against a broker and registry that live on: every
 * question has exactly one answer, and only what was in progress is computed twice.
 */
class KillIT {
    private static final int QUESTIONS = 150;
    private static final int KILLS = 2;

    /** Requests that the job holds at once by default: its async capacity of the lane. */
    private static final int IN_PROGRESS = 32;

    @Test
    void everyQuestionHasOneAnswerAndOnlyWhatWasInProgressIsComputedTwice(@TempDir Path directory)
            throws Exception {
        List<SampleScene> scenes = SampleScene.all();
        try (ServiceProcess outside =
                ServiceProcess.start(
                        directory.resolve("outside.log"),
                        "--roles",
                        "broker,registry",
                        "--data",
                        directory.resolve("outside").toString())) {
            Cluster cluster = outside.cluster();
            ServiceProcess worker = startWorker(directory, cluster);
            try (VqaClient client = VqaClient.connect(cluster)) {
                Inbox inbox = new Inbox(client);
                int sent = 0;
                for (int kill = 0; kill < KILLS; kill++) {
                    int until = QUESTIONS * (kill + 1) / (KILLS + 1);
                    sent = send(client, scenes, sent, until);
                    int answeredBeforeTheKill = until - IN_PROGRESS / 2;
                    inbox.readUntil(
                            () -> inbox.replies().size() >= answeredBeforeTheKill,
                            Duration.ofMinutes(1));

                    worker.kill();
                    worker = startWorker(directory, cluster);
                }
                send(client, scenes, sent, QUESTIONS);

                boolean complete =
                        inbox.readUntil(
                                () -> inbox.replies().size() == QUESTIONS, Duration.ofMinutes(2));
                inbox.readUntil(
                        () -> false, Duration.ofSeconds(2)); // A doubled outcome would come now.

                assertThat(complete)
                        .as("answered %d of %d", inbox.replies().size(), QUESTIONS)
                        .isTrue();
                assertThat(inbox.replies().values())
                        .allSatisfy(
                                replies ->
                                        assertThat(replies)
                                                .singleElement()
                                                .isInstanceOf(Reply.Answered.class));
                int recomputed = recomputed(cluster);
                System.out.printf(
                        "kill -9: %d questions, %d kills, %d computed twice (at most %d in progress each time)%n",
                        QUESTIONS, KILLS, recomputed, IN_PROGRESS);
                assertThat(recomputed).isLessThanOrEqualTo(KILLS * IN_PROGRESS);
            } finally {
                worker.close();
            }
        }
    }

    private static ServiceProcess startWorker(Path directory, Cluster cluster) throws Exception {
        return ServiceProcess.start(
                directory.resolve("worker.log"),
                "--roles",
                "ingest,job",
                "--bootstrap-servers",
                cluster.bootstrapServers(),
                "--schema-registry-url",
                cluster.registry().url(),
                "--data",
                directory.resolve("worker").toString());
    }

    private static int send(VqaClient client, List<SampleScene> scenes, int from, int until) {
        for (int i = from; i < until; i++) {
            client.send(
                    Lanes.INTERACTIVE, scenes.get(i % scenes.size()).as("kill-%03d".formatted(i)));
        }
        return until;
    }

    /** Outcomes beyond the first of each request. */
    private static int recomputed(Cluster cluster) {
        String topic = Topics.outcomes(Lanes.INTERACTIVE).name();
        Map<String, Integer> outcomes = new HashMap<>();
        Map<String, Object> config = cluster.clientConfig();
        config.put("isolation.level", "read_committed");
        try (KafkaConsumer<byte[], byte[]> consumer =
                        new KafkaConsumer<>(
                                config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
                AvroDecoder<Outcome> decoder =
                        new AvroDecoder<>(Outcome.class, cluster.registry())) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(topic).stream()
                            .map(info -> new TopicPartition(topic, info.partition()))
                            .toList();
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (partitions.stream()
                    .anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                for (ConsumerRecord<byte[], byte[]> record :
                        consumer.poll(Duration.ofMillis(200))) {
                    if (decoder.decode(topic, record.value())
                            instanceof Decoded.Value<Outcome> value) {
                        outcomes.merge(value.value().getRequestId(), 1, Integer::sum);
                    }
                }
            }
        }
        return outcomes.values().stream().mapToInt(count -> count - 1).sum();
    }
}
