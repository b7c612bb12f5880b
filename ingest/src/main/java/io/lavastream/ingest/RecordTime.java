package io.lavastream.ingest;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * Accepts records without a timestamp, which Kafka Streams would otherwise stop at: a client can send them, and no
 * record may stop a lane.
 */
final class RecordTime implements TimestampExtractor {
    private static final long UNKNOWN = 0;

    @Override
    public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
        return Math.max(UNKNOWN, record.timestamp());
    }

    /** The extracted {@code timestamp}, or {@code now} where the record had none, or one that has not come yet. */
    static long until(long now, long timestamp) {
        return timestamp == UNKNOWN ? now : Math.min(timestamp, now);
    }
}
