package io.lavastream.ingest;

import java.time.Duration;
import java.time.InstantSource;

/**
 * How long a stream thread waits in one poll. Kafka Streams looks whether a commit or a punctuation is due between two polls only, so
 * while records come its polls must be short; but where nothing comes, 200 polls a second in each thread were most of what ingest
 * takes. A record ends a wait at once, however long it was meant to be. Used by one thread.
 */
final class PollWait {
    /** After so many empty polls as long as Kafka Streams asked for, no transaction is left open. */
    static final int SHORT_POLLS = 8;

    /** Restored tasks and an orderly stop wait for it, too. */
    static final Duration LONGEST = Duration.ofMillis(200);

    private final InstantSource clock;
    private final NextRing ring;
    private int emptyPolls;

    /** @param ring of the thread that polls */
    PollWait(InstantSource clock, NextRing ring) {
        this.clock = clock;
        this.ring = ring;
    }

    /**
     * How long to wait in the next poll: until the next alarm, where nothing has come or rung for a while.
     *
     * @param asked by Kafka Streams; zero, where it has other work, stays zero
     */
    Duration next(Duration asked) {
        if (ring.takeRung()) {
            emptyPolls = 0;
        }
        if (emptyPolls < SHORT_POLLS || asked.isZero()) {
            return asked;
        }
        Duration idle = ring.within(LONGEST, clock.millis());
        return idle.compareTo(asked) > 0 ? idle : asked;
    }

    /** Tells what a poll brought. */
    void polled(boolean empty) {
        emptyPolls = empty ? Math.min(emptyPolls + 1, SHORT_POLLS) : 0;
    }
}
