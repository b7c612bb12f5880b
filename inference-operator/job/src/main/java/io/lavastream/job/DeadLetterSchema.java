package io.lavastream.job;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lavastream.topics.Topics;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Writes undecodable bytes with their headers as they came, and headers that say from where and why. */
final class DeadLetterSchema implements KafkaRecordSerializationSchema<DeadLetter> {
    private static final long serialVersionUID = 1L;

    @Override
    public ProducerRecord<byte[], byte[]> serialize(
            DeadLetter letter, KafkaSinkContext context, Long timestamp) {
        ConsumedRecord record = letter.record();
        ProducerRecord<byte[], byte[]> dead =
                new ProducerRecord<>(Topics.DEAD_LETTERS.name(), record.key(), record.value());
        for (ConsumedRecord.Header header : record.headers()) {
            dead.headers().add(header.name(), header.value());
        }
        header(dead, "topic", record.topic());
        header(dead, "partition", Integer.toString(record.partition()));
        header(dead, "offset", Long.toString(record.offset()));
        header(dead, "reason", letter.reason());
        return dead;
    }

    private static void header(ProducerRecord<byte[], byte[]> record, String name, String value) {
        String key = "lavastream." + name;
        record.headers().remove(key); // of a dead letter that was sent once more
        record.headers().add(key, value.getBytes(UTF_8));
    }
}
