package io.lavastream.ingest;

import java.time.Duration;

/**
 * How long a stream thread waits in one poll. Kafka Streams looks whether a commit is due between two polls only, so while
 * records come its polls must be short; but where nothing comes, 200 polls a second in each thread were most of what ingest
 * takes. A record ends a wait at once, however long it was meant to be. Used by one thread.
 */
final class PollWait {
    /** After so many empty polls as long as Kafka Streams asked for, a commit interval has passed and nothing is left open. */
    static final int SHORT_POLLS = 8;

    /** What it may make a time limit late by. */
    static final Duration IDLE = Duration.ofMillis(50);

    private int emptyPolls;

    /**
     * How long to wait in the next poll.
     *
     * @param asked by Kafka Streams; zero, where it has other work, stays zero
     */
    Duration next(Duration asked) {
        boolean idle = emptyPolls >= SHORT_POLLS && !asked.isZero();
        return idle && asked.compareTo(IDLE) < 0 ? IDLE : asked;
    }

    /** Tells what a poll brought. */
    void polled(boolean empty) {
        emptyPolls = empty ? Math.min(emptyPolls + 1, SHORT_POLLS) : 0;
    }
}
