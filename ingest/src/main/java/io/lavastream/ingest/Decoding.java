package io.lavastream.ingest;

import io.lavastream.serialization.Decoded;
import io.lavastream.serialization.Decoded.Undecodable;
import io.lavastream.serialization.Decoded.Value;
import java.util.function.Supplier;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Turns bytes into records for the next processor, or into dead letters. It stands where other applications have a
 * deserializer: one of those cannot tell bad bytes from a registry that is away.
 *
 * @param <T> the record
 */
final class Decoding<T> implements Processor<byte[], byte[], Object, Object> {
    private final Supplier<Format<T>> formats;
    private final String next;
    private final String deadLetterSink;
    private final IngestMetrics metrics;

    private ProcessorContext<Object, Object> context;
    private DeadLetters deadLetters;
    private Format<T> format;

    Decoding(
            Supplier<Format<T>> formats,
            String next,
            String deadLetterSink,
            IngestMetrics metrics) {
        this.formats = formats;
        this.next = next;
        this.deadLetterSink = deadLetterSink;
        this.metrics = metrics;
    }

    @Override
    public void init(ProcessorContext<Object, Object> processorContext) {
        context = processorContext;
        deadLetters = new DeadLetters(context, deadLetterSink, metrics);
        format = formats.get();
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        String topic = context.recordMetadata().orElseThrow().topic();
        Decoded<T> decoded = format.decode(topic, record.value());
        if (decoded instanceof Value<T> value) {
            // Every value names what it is about: the key served its purpose by choosing the
            // partition.
            context.forward(new Record<>(null, value.value(), record.timestamp()), next);
        } else if (decoded instanceof Undecodable<T> bad) {
            deadLetters.send(record, bad.reason());
        }
    }

    @Override
    public void close() {
        if (format != null) {
            format.close();
        }
    }
}
