package io.lavastream.ingest;

import io.lavastream.schemas.GateEntry;
import io.lavastream.schemas.GateState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Outcomes that a crash might keep from their topic though the store says that their requests are closed: under
 * at-least-once the two are written apart. Each outcome stays in its entry until a commit has followed, which waits for
 * all that was written; after a start, however the last run ended, those that are still there are repeated. Used by the
 * gate's thread.
 *
 * <p>Between two punctuations a stream thread commits whatever is older than the commit interval, so what was closed well
 * before the last but one is written.
 */
final class Unconfirmed {
    /** Longer than the commit interval. */
    static final Duration COMMITTED_AFTER = Duration.ofSeconds(1);

    private record Closed(String key, Instant at) {}

    private final KeyValueStore<String, GateEntry> requests;
    private final Deque<Closed> closed = new ArrayDeque<>();

    /** Null before the first look. */
    private Instant lastLook;

    Unconfirmed(KeyValueStore<String, GateEntry> requests) {
        this.requests = requests;
    }

    boolean isEmpty() {
        return closed.isEmpty();
    }

    /** Notes a request whose entry holds its outcome. */
    void add(String key, Instant closedAt) {
        closed.add(new Closed(key, closedAt));
    }

    /**
     * Empties the entries of outcomes that are written by now.
     *
     * @param repeat told, at the first look, of each entry whose effects an earlier run may not have written: those that
     *     wait for images, and those that hold an outcome
     */
    void lookAtTheClock(Instant now, BiConsumer<String, GateEntry> repeat) {
        if (lastLook == null) {
            repeatAll(now, repeat);
        } else {
            forgetUntil(lastLook.minus(COMMITTED_AFTER));
        }
        lastLook = now;
    }

    private void repeatAll(Instant now, BiConsumer<String, GateEntry> repeat) {
        Set<String> ours = closed.stream().map(Closed::key).collect(Collectors.toSet());
        try (KeyValueIterator<String, GateEntry> all = requests.all()) {
            while (all.hasNext()) {
                KeyValue<String, GateEntry> next = all.next();
                boolean unwritten = next.value.getUnconfirmed() != null && !ours.contains(next.key);
                if (unwritten) {
                    closed.add(new Closed(next.key, now));
                }
                if (unwritten || next.value.getState() == GateState.WAITING) {
                    repeat.accept(next.key, next.value);
                }
            }
        }
    }

    private void forgetUntil(Instant written) {
        while (!closed.isEmpty() && !closed.peek().at().isAfter(written)) {
            String key = closed.poll().key();
            GateEntry entry = requests.get(key);
            if (entry != null && entry.getUnconfirmed() != null) {
                requests.put(key, GateEntry.newBuilder(entry).setUnconfirmed(null).build());
            }
        }
    }
}
