package io.lavastream.job;

import java.util.Arrays;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Passes records on as they come: a deserializer that throws would restart the job for ever. */
final class BytesSchema implements KafkaRecordDeserializationSchema<ConsumedRecord> {
    private static final long serialVersionUID = 1L;

    @Override
    public void deserialize(
            ConsumerRecord<byte[], byte[]> record, Collector<ConsumedRecord> output) {
        output.collect(
                new ConsumedRecord(
                        record.topic(),
                        record.partition(),
                        record.offset(),
                        record.key(),
                        record.value(),
                        headers(record)));
    }

    private static ConsumedRecord.Header[] headers(ConsumerRecord<byte[], byte[]> record) {
        return Arrays.stream(record.headers().toArray())
                .map(header -> new ConsumedRecord.Header(header.key(), header.value()))
                .toArray(ConsumedRecord.Header[]::new);
    }

    @Override
    public TypeInformation<ConsumedRecord> getProducedType() {
        return TypeInformation.of(ConsumedRecord.class);
    }
}
