package io.lavastream.ingest;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Asks for a commit when a record has been processed: with transactions nobody sees before it what came of the record, and
 * Kafka Streams would look for what is due only when its poll returns. Used by one thread.
 */
final class PromptCommit<K, V, L, W> implements Processor<K, V, L, W> {
    private final Processor<K, V, L, W> processor;
    private final Pace pace;
    private ProcessorContext<L, W> context;

    PromptCommit(Processor<K, V, L, W> processor, Pace pace) {
        this.processor = processor;
        this.pace = pace;
    }

    @Override
    public void init(ProcessorContext<L, W> processorContext) {
        context = processorContext;
        processor.init(processorContext);
    }

    @Override
    public void process(Record<K, V> record) {
        processor.process(record);
        if (pace.isTime()) {
            context.commit();
        }
    }

    @Override
    public void close() {
        processor.close();
    }

    /** Lets so much time pass from one commit to the next that many records share it. Safe for use by several threads. */
    static final class Pace {
        private final long intervalNanos;
        private final LongSupplier nanoTime;
        private final AtomicLong last;

        /** @param nanoTime as {@link System#nanoTime} */
        Pace(Duration interval, LongSupplier nanoTime) {
            intervalNanos = interval.toNanos();
            this.nanoTime = nanoTime;
            last = new AtomicLong(nanoTime.getAsLong() - intervalNanos);
        }

        boolean isTime() {
            long now = nanoTime.getAsLong();
            long before = last.get();
            return now - before >= intervalNanos && last.compareAndSet(before, now);
        }
    }
}
