package io.lavastream.ingest;

import io.lavastream.schemas.RecordPosition;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/** Where the record in hand stands. */
final class Positions {
    private Positions() {}

    static RecordPosition current(ProcessorContext<?, ?> context) {
        RecordMetadata metadata = context.recordMetadata().orElseThrow();
        return new RecordPosition(metadata.topic(), metadata.partition(), metadata.offset());
    }
}
