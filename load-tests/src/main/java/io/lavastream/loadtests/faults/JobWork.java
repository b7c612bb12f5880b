package io.lavastream.loadtests.faults;

import io.lavastream.loadtests.installation.CommittedReader;
import io.lavastream.schemas.Outcome;
import io.lavastream.serialization.AvroDecoder;
import io.lavastream.serialization.Decoded;
import io.lavastream.standalone.client.Cluster;
import io.lavastream.topics.Lanes;
import io.lavastream.topics.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** What the job computed, by its outcomes: a request with two of them was computed twice. Used by one thread. */
final class JobWork implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    private final KafkaConsumer<byte[], byte[]> outcomes;
    private final KafkaConsumer<byte[], byte[]> deadLetters;
    private final AvroDecoder<Outcome> decoder;
    private final Map<String, Integer> timesComputed = new HashMap<>();

    JobWork(Cluster cluster) {
        outcomes =
                CommittedReader.of(
                        cluster,
                        Lanes.DEFAULT.stream().map(lane -> Topics.outcomes(lane).name()).toList());
        deadLetters = CommittedReader.of(cluster, List.of(Topics.DEAD_LETTERS.name()));
        decoder = new AvroDecoder<>(Outcome.class, cluster.registry());
    }

    /** Reads what has come since the last call, up to the present end. */
    void catchUp() {
        Map<TopicPartition, Long> ends = outcomes.endOffsets(outcomes.assignment());
        while (ends.entrySet().stream()
                .anyMatch(end -> outcomes.position(end.getKey()) < end.getValue())) {
            for (ConsumerRecord<byte[], byte[]> record : outcomes.poll(POLL)) {
                if (decoder.decode(record.topic(), record.value())
                        instanceof Decoded.Value<Outcome> outcome) {
                    timesComputed.merge(outcome.value().getRequestId(), 1, Integer::sum);
                }
            }
        }
    }

    /** Outcomes beyond the first, of requests whose ids begin with {@code prefix}. */
    int recomputed(String prefix) {
        return timesComputed.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .mapToInt(entry -> entry.getValue() - 1)
                .sum();
    }

    /** Whether any record was ever set aside as unreadable: all that the load sends can be read. */
    boolean anyDeadLetter() {
        return deadLetters.endOffsets(deadLetters.assignment()).values().stream()
                .anyMatch(offset -> offset > 0);
    }

    @Override
    public void close() {
        outcomes.close();
        deadLetters.close();
        decoder.close();
    }
}
