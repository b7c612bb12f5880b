package io.lavastream.ingest;

import java.time.Duration;
import java.util.function.LongConsumer;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/**
 * Lets a processor look at the clock when something is due, and otherwise once a minute: Kafka Streams commits after every
 * punctuation, and one every 50 ms kept broker and ingest busy with transactions of nothing. Used by the processor's thread.
 */
final class Alarm {
    /** Who asks when it next rings need not look further ahead: it rings then, whatever it is set to. */
    static final Duration LONGEST = Duration.ofMinutes(1);

    private final ProcessorContext<?, ?> context;
    private final Duration shortest;
    private final LongConsumer look;

    private Cancellable next;
    private long nextMillis;

    /**
     * Rings soon for the first time.
     *
     * @param shortest from now to when it next rings: it never rings more often
     * @param look told the time, in milliseconds since the epoch; sets the alarm again where something is due within
     *     {@link #LONGEST}
     */
    Alarm(ProcessorContext<?, ?> context, Duration shortest, LongConsumer look) {
        this.context = context;
        this.shortest = shortest;
        this.look = look;
        nextMillis = Long.MAX_VALUE;
        set(0);
    }

    /** Rings at {@code atMillis}, or soon where that has passed, unless it rings earlier anyway. */
    void set(long atMillis) {
        if (atMillis >= nextMillis) {
            return;
        }
        if (next != null) {
            next.cancel();
        }
        long now = context.currentSystemTimeMs();
        long delay = Math.min(LONGEST.toMillis(), Math.max(shortest.toMillis(), atMillis - now));
        nextMillis = now + delay;
        next =
                context.schedule(
                        Duration.ofMillis(delay), PunctuationType.WALL_CLOCK_TIME, this::ring);
    }

    private void ring(long nowMillis) {
        next.cancel();
        next = null;
        nextMillis = Long.MAX_VALUE;
        look.accept(nowMillis);
        set(nowMillis + LONGEST.toMillis());
    }
}
