package io.lavastream.job;

import io.lavastream.schemas.Outcome;
import io.lavastream.serialization.AvroDecoder;
import io.lavastream.serialization.Decoded;
import io.lavastream.serialization.RegistrySettings;
import io.lavastream.topics.Topics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The outcomes of a lane as the store of what was answered. All partitions are read, because the requests of one
 * subtask need not have been answered by the same subtask before. Not thread-safe: a task owns it.
 */
final class OutcomeTopic implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OutcomeTopic.class);

    private static final Duration POLL = Duration.ofMillis(500);

    private final String topic;
    private final RegistrySettings registry;
    private final Consumer<byte[], byte[]> consumer;
    private final Clock clock;

    OutcomeTopic(String lane, KafkaSettings kafka, RegistrySettings registry) {
        this(
                lane,
                kafka.newConsumer(
                        "lavastream-job-outcomes-" + lane,
                        Map.of(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest")),
                registry,
                Clock.systemUTC());
    }

    /** Takes over {@code consumer}. */
    OutcomeTopic(
            String lane,
            Consumer<byte[], byte[]> consumer,
            RegistrySettings registry,
            Clock clock) {
        topic = Topics.outcomes(lane).name();
        this.consumer = consumer;
        this.registry = registry;
        this.clock = clock;
    }

    /** Offset behind the newest outcome, by partition; waits no longer than {@code timeout} for the brokers. */
    Map<Integer, Long> endOffsets(Duration timeout) {
        Map<Integer, Long> ends = new HashMap<>();
        consumer.endOffsets(partitions(timeout), timeout)
                .forEach((partition, offset) -> ends.put(partition.partition(), offset));
        return ends;
    }

    /**
     * Adds the outcomes from {@code from} up to the present end. A partition that {@code from} does not name is read
     * from its beginning.
     *
     * @param timeout longest wait for the brokers, and for the next outcome
     * @return the offsets up to which it read
     * @throws TimeoutException when the brokers do not answer, or a partition does not go on: it may have no leader
     */
    Map<Integer, Long> readInto(
            AnsweredRequests answered, Map<Integer, Long> from, Duration timeout) {
        List<TopicPartition> partitions = partitions(timeout);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, timeout);
        consumer.assign(partitions);
        for (TopicPartition partition : partitions) {
            Long offset = from.get(partition.partition());
            // Beyond the end: the topic was made anew since.
            if (offset != null && offset <= ends.get(partition)) {
                consumer.seek(partition, offset);
            } else {
                consumer.seekToBeginning(List.of(partition));
            }
        }
        int before = answered.size();
        try (AvroDecoder<Outcome> decoder = new AvroDecoder<>(Outcome.class, registry)) {
            Instant progress = clock.instant();
            long read = positions(partitions);
            while (ends.entrySet().stream().anyMatch(this::isBefore)) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    add(answered, decoder, record);
                }
                long position = positions(partitions);
                if (position != read) {
                    read = position;
                    progress = clock.instant();
                } else if (!clock.instant().isBefore(progress.plus(timeout))) {
                    throw stalled(ends, timeout);
                }
                if (Thread.interrupted()) {
                    throw new InterruptException(new InterruptedException());
                }
            }
        }
        consumer.unsubscribe();
        LOG.info("{}: {} outcomes to skip", topic, answered.size() - before);
        Map<Integer, Long> readTo = new HashMap<>();
        ends.forEach((partition, offset) -> readTo.put(partition.partition(), offset));
        return readTo;
    }

    private boolean isBefore(Entry<TopicPartition, Long> end) {
        return consumer.position(end.getKey()) < end.getValue();
    }

    private long positions(List<TopicPartition> partitions) {
        return partitions.stream().mapToLong(consumer::position).sum();
    }

    private TimeoutException stalled(Map<TopicPartition, Long> ends, Duration timeout) {
        List<String> behind =
                ends.entrySet().stream()
                        .filter(this::isBefore)
                        .map(
                                end ->
                                        "%s at offset %d (expected: up to %d)"
                                                .formatted(
                                                        end.getKey(),
                                                        consumer.position(end.getKey()),
                                                        end.getValue()))
                        .toList();
        return new TimeoutException(
                "nothing read for %s: %s".formatted(timeout, String.join(", ", behind)));
    }

    private void add(
            AnsweredRequests answered,
            AvroDecoder<Outcome> decoder,
            ConsumerRecord<byte[], byte[]> record) {
        Decoded<Outcome> decoded = decoder.decode(record.topic(), record.value());
        if (decoded instanceof Decoded.Value<Outcome> outcome) {
            answered.add(
                    new AnsweredRequest(
                            outcome.value().getRequestId(),
                            outcome.value().getAttempt(),
                            record.timestamp()));
            return;
        }
        LOG.warn(
                "{}-{} offset {} is no outcome: {}",
                topic,
                record.partition(),
                record.offset(),
                ((Decoded.Undecodable<Outcome>) decoded).reason());
    }

    private List<TopicPartition> partitions(Duration timeout) {
        List<TopicPartition> partitions =
                consumer.partitionsFor(topic, timeout).stream()
                        .map(info -> new TopicPartition(info.topic(), info.partition()))
                        .toList();
        if (partitions.isEmpty()) {
            throw new IllegalStateException(
                    "topic %s does not exist (expected: created before the job starts)"
                            .formatted(topic));
        }
        return partitions;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
