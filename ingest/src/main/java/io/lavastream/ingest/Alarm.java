package io.lavastream.ingest;

import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongConsumer;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/**
 * Lets a processor look at the clock when something is due, and otherwise once a minute: Kafka Streams commits after every
 * punctuation, and one every 50 ms kept broker and ingest busy with transactions of nothing. Used by the processor's thread.
 */
final class Alarm implements AutoCloseable {
    /** Who asks when it next rings need not look further ahead: it rings then, whatever it is set to. */
    static final Duration LONGEST = Duration.ofMinutes(1);

    private static final long NEVER = Long.MAX_VALUE;

    private final ProcessorContext<?, ?> context;
    private final InstantSource clock;
    private final Duration shortest;
    private final LongConsumer look;
    private final NextRing ring;

    private Cancellable next;
    private long nextMillis = NEVER;

    /**
     * Rings soon for the first time.
     *
     * @param clock of now: the context's own stands still while it works through a batch of records, and a delay is counted
     *     from now
     * @param shortest from now to when it next rings: it never rings more often
     * @param look told the time, in milliseconds since the epoch; sets the alarm again where something is due within
     *     {@link #LONGEST}
     */
    Alarm(
            ProcessorContext<?, ?> context,
            InstantSource clock,
            Duration shortest,
            LongConsumer look) {
        this(context, clock, shortest, look, NextRing.ofThread());
    }

    /**
     * As the other, in a thread that is not the caller's.
     *
     * @param ring of the thread that runs the processor
     */
    Alarm(
            ProcessorContext<?, ?> context,
            InstantSource clock,
            Duration shortest,
            LongConsumer look,
            NextRing ring) {
        this.context = context;
        this.clock = clock;
        this.shortest = shortest;
        this.look = look;
        this.ring = ring;
        set(0);
    }

    /** Rings at {@code atMillis}, or soon where that has passed, unless it rings earlier anyway. */
    void set(long atMillis) {
        if (atMillis >= nextMillis) {
            return;
        }
        close();
        long now = clock.millis();
        long delay = Math.min(LONGEST.toMillis(), Math.max(shortest.toMillis(), atMillis - now));
        nextMillis = now + delay;
        ring.set(this, nextMillis);
        next =
                context.schedule(
                        Duration.ofMillis(delay), PunctuationType.WALL_CLOCK_TIME, this::ring);
    }

    private void ring(long nowMillis) {
        close();
        ring.rang();
        try {
            look.accept(nowMillis);
        } finally {
            set(nowMillis + LONGEST.toMillis());
        }
    }

    /** Rings no more until it is set again. */
    @Override
    public void close() {
        if (next != null) {
            next.cancel();
        }
        next = null;
        nextMillis = NEVER;
        ring.clear(this);
    }
}
