package io.lavastream.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.topics.Topics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class DeadLetterSchemaTest {
    @Test
    void keepsWhatTheRecordCameWith() {
        ConsumerRecord<byte[], byte[]> record =
                new ConsumerRecord<>("requests", 2, 7, bytes("key"), bytes("value"));
        record.headers()
                .add("trace", bytes("one"))
                .add("trace", bytes("two"))
                .add("empty", null)
                .add("lavastream.reason", bytes("of an earlier time"));

        ProducerRecord<byte[], byte[]> dead =
                new DeadLetterSchema().serialize(new DeadLetter(consumed(record), "why"), null, 0L);

        assertThat(dead.topic()).isEqualTo(Topics.DEAD_LETTERS.name());
        assertThat(dead.key()).isEqualTo(bytes("key"));
        assertThat(dead.value()).isEqualTo(bytes("value"));
        assertThat(
                        Arrays.stream(dead.headers().toArray())
                                .map(header -> header.key() + "=" + text(header.value())))
                .containsExactly(
                        "trace=one",
                        "trace=two",
                        "empty=null",
                        "lavastream.topic=requests",
                        "lavastream.partition=2",
                        "lavastream.offset=7",
                        "lavastream.reason=why");
    }

    private static ConsumedRecord consumed(ConsumerRecord<byte[], byte[]> record) {
        List<ConsumedRecord> consumed = new ArrayList<>();
        new BytesSchema()
                .deserialize(
                        record,
                        new Collector<>() {
                            @Override
                            public void collect(ConsumedRecord each) {
                                consumed.add(each);
                            }

                            @Override
                            public void close() {}
                        });
        return consumed.get(0);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static String text(byte[] bytes) {
        return bytes == null ? "null" : new String(bytes, UTF_8);
    }
}
