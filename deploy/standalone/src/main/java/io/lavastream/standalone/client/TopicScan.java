package io.lavastream.standalone.client;

import io.lavastream.job.KafkaSettings;
import io.lavastream.schemas.RecordPosition;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.utils.Utils;

/**
 * Reads topics from a moment on up to where they end now, committed records only, without a place of its own in them: it
 * changes nothing for others. Not thread-safe.
 */
public final class TopicScan implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);

    /** Longest wait for the brokers, and for the next record. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Consumer<byte[], byte[]> consumer;

    private TopicScan(Consumer<byte[], byte[]> consumer) {
        this.consumer = consumer;
    }

    /** Connects. The caller closes it. */
    public static TopicScan of(Cluster cluster) {
        return new TopicScan(
                new KafkaSettings(cluster.bootstrapServers(), cluster.kafka())
                        .newConsumer(
                                "lavastream-scan",
                                Map.of(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none")));
    }

    /** What is done with each record; it must not use the scan. */
    public interface Reader {
        void read(ConsumerRecord<byte[], byte[]> record);
    }

    /**
     * Reads the records that were written at {@code since} or later. A topic that does not exist has none.
     *
     * @throws TimeoutException when the brokers do not answer, or a partition does not go on
     */
    public void read(String topic, Instant since, Reader reader) {
        read(partitions(topic), since, reader);
    }

    /** As {@link #read}, but only the one partition in which Kafka's own partitioner puts {@code key}. */
    public void readPartitionOf(byte[] key, String topic, Instant since, Reader reader) {
        List<TopicPartition> partitions = partitions(topic);
        if (!partitions.isEmpty()) {
            int number = Utils.toPositive(Utils.murmur2(key)) % partitions.size();
            read(List.of(new TopicPartition(topic, number)), since, reader);
        }
    }

    /** The record at a position; empty when the topic no longer retains it. */
    public Optional<ConsumerRecord<byte[], byte[]>> at(RecordPosition position) {
        TopicPartition partition = new TopicPartition(position.getTopic(), position.getPartition());
        if (!partitions(position.getTopic()).contains(partition)) {
            return Optional.empty();
        }
        consumer.assign(List.of(partition));
        consumer.seek(partition, position.getOffset());
        long end = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (System.nanoTime() - end < 0) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    return Optional.of(record).filter(r -> r.offset() == position.getOffset());
                }
            }
        } catch (OffsetOutOfRangeException e) {
            return Optional.empty();
        }
        throw new TimeoutException("nothing read at %s for %s".formatted(position, PATIENCE));
    }

    @Override
    public void close() {
        consumer.close();
    }

    private void read(List<TopicPartition> partitions, Instant since, Reader reader) {
        if (partitions.isEmpty()) {
            return;
        }
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, PATIENCE);
        consumer.assign(partitions);
        starts(partitions, since, ends).forEach(consumer::seek);
        long progress = System.nanoTime();
        while (!isAt(ends)) {
            boolean idle = true;
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                idle = false;
                if (record.timestamp() >= since.toEpochMilli()) {
                    reader.read(record);
                }
            }
            if (!idle) {
                progress = System.nanoTime();
            } else if (System.nanoTime() - progress > PATIENCE.toNanos()) {
                throw new TimeoutException(
                        "nothing read for %s: %s (expected: up to %s)"
                                .formatted(PATIENCE, partitions, ends));
            }
        }
        consumer.unsubscribe();
    }

    private Map<TopicPartition, Long> starts(
            List<TopicPartition> partitions, Instant since, Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> times = new HashMap<>();
        partitions.forEach(partition -> times.put(partition, since.toEpochMilli()));
        Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(times, PATIENCE);
        Map<TopicPartition, Long> starts = new HashMap<>();
        for (TopicPartition partition : partitions) {
            OffsetAndTimestamp first = found.get(partition);
            starts.put(partition, first == null ? ends.get(partition) : first.offset());
        }
        return starts;
    }

    private boolean isAt(Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream()
                .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    private List<TopicPartition> partitions(String topic) {
        return consumer.partitionsFor(topic, PATIENCE).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
    }
}
