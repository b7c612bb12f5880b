package io.lavastream.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lavastream.topics.Topics;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends records that nobody can read to {@link Topics#DEAD_LETTERS}: key, value and headers as they came, and headers
 * that say from where and why. Used by the thread of one processor.
 */
final class DeadLetters {
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);

    static final String TOPIC = "lavastream.topic";
    static final String PARTITION = "lavastream.partition";
    static final String OFFSET = "lavastream.offset";
    static final String REASON = "lavastream.reason";

    /** Size of what was left out, where a batch that was small only while compressed would not fit the topic. */
    static final String OMITTED_BYTES = "lavastream.omitted-bytes";

    /** Room for our headers and for the framing of a batch. */
    private static final int OVERHEAD_BYTES = 8 << 10;

    private static final int MOST_BYTES = Topics.DEAD_LETTERS.maxMessageBytes() - OVERHEAD_BYTES;

    private final ProcessorContext<? super byte[], ? super byte[]> context;
    private final String sink;
    private final IngestMetrics metrics;

    DeadLetters(
            ProcessorContext<? super byte[], ? super byte[]> context,
            String sink,
            IngestMetrics metrics) {
        this.context = context;
        this.sink = sink;
        this.metrics = metrics;
    }

    /** Sends the record that is being processed. */
    void send(Record<byte[], byte[]> record, String reason) {
        RecordMetadata from = context.recordMetadata().orElseThrow();
        long size = size(record);
        Record<byte[], byte[]> letter =
                size <= MOST_BYTES
                        ? record.withHeaders(new RecordHeaders(record.headers()))
                        : new Record<byte[], byte[]>(null, null, record.timestamp());
        Headers headers = letter.headers();
        put(headers, TOPIC, from.topic());
        put(headers, PARTITION, Integer.toString(from.partition()));
        put(headers, OFFSET, Long.toString(from.offset()));
        put(headers, REASON, reason);
        if (size > MOST_BYTES) {
            put(headers, OMITTED_BYTES, Long.toString(size));
        }
        LOG.debug(
                "dead letter of {}-{} at offset {}: {}",
                from.topic(),
                from.partition(),
                from.offset(),
                reason);
        context.forward(letter.withTimestamp(context.currentSystemTimeMs()), sink);
        metrics.deadLetter();
    }

    private static void put(Headers headers, String name, String value) {
        headers.remove(name);
        headers.add(name, value.getBytes(UTF_8));
    }

    private static long size(Record<byte[], byte[]> record) {
        long size = length(record.key()) + length(record.value());
        for (Header header : record.headers()) {
            // Name, value, and their lengths as variable-length numbers.
            size += 3L * header.key().length() + length(header.value()) + 10;
        }
        return size;
    }

    private static long length(byte[] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}
