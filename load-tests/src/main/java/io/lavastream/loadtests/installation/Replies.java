package io.lavastream.loadtests.installation;

import io.lavastream.schemas.Answer;
import io.lavastream.schemas.Failure;
import io.lavastream.serialization.AvroDecoder;
import io.lavastream.serialization.Decoded;
import io.lavastream.standalone.client.Cluster;
import io.lavastream.standalone.client.Reply;
import io.lavastream.topics.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Reads outcomes as a {@code read_committed} consumer. Used by one thread. */
public final class Replies implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final AvroDecoder<Answer> answers;
    private final AvroDecoder<Failure> failures;

    /** Begins at the beginning of both topics. */
    public Replies(Cluster cluster) {
        consumer =
                CommittedReader.of(cluster, List.of(Topics.ANSWERS.name(), Topics.FAILURES.name()));
        answers = new AvroDecoder<>(Answer.class, cluster.registry());
        failures = new AvroDecoder<>(Failure.class, cluster.registry());
    }

    /** What has come since; empty after a short wait for the first. */
    public List<Reply> poll() {
        List<Reply> replies = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
            replies.add(
                    record.topic().equals(Topics.ANSWERS.name())
                            ? new Reply.Answered(
                                    value(answers.decode(record.topic(), record.value())))
                            : new Reply.Failed(
                                    value(failures.decode(record.topic(), record.value()))));
        }
        return replies;
    }

    /** How many outcomes each request id has, over both topics from beginning to end. */
    public static Map<String, Integer> countAll(Cluster cluster) {
        Map<String, Integer> counts = new HashMap<>();
        try (Replies replies = new Replies(cluster)) {
            Map<TopicPartition, Long> ends =
                    replies.consumer.endOffsets(replies.consumer.assignment());
            while (ends.entrySet().stream()
                    .anyMatch(end -> replies.consumer.position(end.getKey()) < end.getValue())) {
                replies.poll().forEach(reply -> counts.merge(reply.requestId(), 1, Integer::sum));
            }
        }
        return counts;
    }

    private static <T> T value(Decoded<T> decoded) {
        if (decoded instanceof Decoded.Value<T> value) {
            return value.value();
        }
        throw new IllegalStateException(((Decoded.Undecodable<T>) decoded).reason());
    }

    @Override
    public void close() {
        consumer.close();
        answers.close();
        failures.close();
    }
}
