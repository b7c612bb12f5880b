package io.lavastream.standalone.bounded;

import io.lavastream.ingest.GateChangelog;
import io.lavastream.ingest.IngestConfig;
import io.lavastream.job.KafkaSettings;
import io.lavastream.schemas.GateEntry;
import io.lavastream.schemas.GateState;
import io.lavastream.schemas.RecordPosition;
import io.lavastream.standalone.client.Cluster;
import io.lavastream.topics.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * A run with an end: when the gates have closed every question that stood in the lanes' topics at its start. It looks at
 * topics and offsets only, so it does not matter which process does the work. Not thread-safe.
 *
 * <p>In each lane, ingest must first have taken in those questions, then the gate their admissions, as the offsets of
 * ingest's group tell; then the gate's changelog tells which of them are open, and when they are closed.
 */
public final class BoundedRun {
    private static final Duration POLL = Duration.ofMillis(200);

    /** Records that are looked at, from the end of a partition, for one that is no transaction's marker. */
    private static final int FEW_RECORDS = 16;

    private final Cluster cluster;

    /** Where each partition of the lanes' questions ended at the start. */
    private final Map<String, Map<TopicPartition, Long>> starts;

    private BoundedRun(Cluster cluster, Map<String, Map<TopicPartition, Long>> starts) {
        this.cluster = cluster;
        this.starts = starts;
    }

    /** Starts now: questions that are sent later are not waited for. The topics exist. */
    public static BoundedRun of(Cluster cluster, List<String> lanes) {
        Map<String, Map<TopicPartition, Long>> starts = new HashMap<>();
        try (Consumer<byte[], byte[]> consumer = newConsumer(cluster)) {
            lanes.forEach(lane -> starts.put(lane, ends(consumer, Topics.questions(lane).name())));
        }
        return new BoundedRun(cluster, starts);
    }

    /**
     * Waits for the end.
     *
     * @param failure completes exceptionally when the service cannot go on; the wait then ends with its exception
     * @return how many requests were open when the last question had been admitted
     */
    public int await(CompletableFuture<Void> failure) {
        int open = 0;
        try (Consumer<byte[], byte[]> consumer = newConsumer(cluster);
                Admin admin = Admin.create(cluster.clientConfig())) {
            for (String lane : starts.keySet()) {
                awaitTakenIn(consumer, admin, lane, starts.get(lane), failure);
                String admissions = Topics.admissions(lane).name();
                awaitTakenIn(consumer, admin, lane, ends(consumer, admissions), failure);
                open += awaitClosed(consumer, lane, failure);
            }
        }
        return open;
    }

    /** Waits until ingest has processed the last record before each of {@code ends}. */
    private static void awaitTakenIn(
            Consumer<byte[], byte[]> consumer,
            Admin admin,
            String lane,
            Map<TopicPartition, Long> ends,
            CompletableFuture<Void> failure) {
        Map<TopicPartition, Long> last = new HashMap<>();
        ends.forEach(
                (partition, end) ->
                        lastRecord(consumer, partition, end)
                                .ifPresent(offset -> last.put(partition, offset)));
        String group = IngestConfig.applicationId(lane);
        while (!hasPassed(committed(admin, group), last)) {
            pause(failure);
        }
    }

    private static boolean hasPassed(
            Map<TopicPartition, OffsetAndMetadata> committed, Map<TopicPartition, Long> last) {
        return last.entrySet().stream()
                .allMatch(
                        entry -> {
                            OffsetAndMetadata offset = committed.get(entry.getKey());
                            return offset != null && offset.offset() > entry.getValue();
                        });
    }

    /** A partition may end with markers of transactions, which no consumer commits. */
    private static Optional<Long> lastRecord(
            Consumer<byte[], byte[]> consumer, TopicPartition partition, long end) {
        List<TopicPartition> one = List.of(partition);
        long beginning = consumer.beginningOffsets(one).get(partition);
        consumer.assign(one);
        for (long back = FEW_RECORDS; ; back *= 4) {
            long from = Math.max(beginning, end - back);
            consumer.seek(partition, from);
            Optional<Long> last = Optional.empty();
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    if (record.offset() < end) {
                        last = Optional.of(record.offset());
                    }
                }
            }
            if (last.isPresent() || from == beginning) {
                return last;
            }
        }
    }

    private int awaitClosed(
            Consumer<byte[], byte[]> consumer, String lane, CompletableFuture<Void> failure) {
        GateChangelog changelog = GateChangelog.of(lane);
        Map<TopicPartition, Long> ends = ends(consumer, changelog.topic());
        consumer.assign(ends.keySet());
        consumer.seekToBeginning(ends.keySet());
        Set<GateChangelog.Key> open = new HashSet<>();
        int most = 0;
        boolean all = ends.isEmpty();
        while (!all || !open.isEmpty()) {
            throwIfFailed(failure);
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                GateChangelog.Key key = GateChangelog.key(record.key());
                Optional<GateEntry> entry = changelog.entry(record.value());
                if (entry.isPresent() && isOpen(entry.get()) && isWaitedFor(lane, entry.get())) {
                    open.add(key);
                } else {
                    open.remove(key);
                }
            }
            if (!all && isAt(consumer, ends)) {
                all = true;
                most = open.size();
            }
        }
        return most;
    }

    private static boolean isOpen(GateEntry entry) {
        return entry.getState() != GateState.CLOSED;
    }

    private boolean isWaitedFor(String lane, GateEntry entry) {
        RecordPosition source = entry.getSource();
        Long end =
                starts.get(lane).get(new TopicPartition(source.getTopic(), source.getPartition()));
        return end != null && source.getOffset() < end;
    }

    private static boolean isAt(Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream()
                .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    private static Map<TopicPartition, Long> ends(Consumer<byte[], byte[]> consumer, String topic) {
        return consumer.endOffsets(
                consumer.partitionsFor(topic).stream()
                        .map(info -> new TopicPartition(info.topic(), info.partition()))
                        .toList());
    }

    private static Map<TopicPartition, OffsetAndMetadata> committed(Admin admin, String group) {
        try {
            return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            throw new KafkaException("offsets of group " + group + ": " + e.getCause(), e);
        }
    }

    private static void pause(CompletableFuture<Void> failure) {
        throwIfFailed(failure);
        try {
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private static void throwIfFailed(CompletableFuture<Void> failure) {
        if (failure.isDone()) {
            failure.join();
        }
    }

    private static Consumer<byte[], byte[]> newConsumer(Cluster cluster) {
        return new KafkaSettings(cluster.bootstrapServers(), cluster.kafka())
                .newConsumer(
                        "lavastream-bounded",
                        Map.of(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest"));
    }
}
