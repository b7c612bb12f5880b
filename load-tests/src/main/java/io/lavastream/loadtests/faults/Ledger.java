package io.lavastream.loadtests.faults;

import io.lavastream.loadtests.Waiting;
import io.lavastream.standalone.client.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;

/** What was sent and what came of it, as a client knows it. Safe for use by several threads. */
final class Ledger {
    /**
     * What is known of a question at one moment.
     *
     * @param expected the answer that the model gives
     * @param acknowledged whether the broker has it
     * @param replies its outcomes in the order of their coming
     * @param firstReplyNanos when the first of them came
     */
    record Asked(
            String requestId,
            String expected,
            long sentNanos,
            boolean acknowledged,
            List<Reply> replies,
            long firstReplyNanos) {
        Asked {
            replies = List.copyOf(replies);
        }
    }

    private static final class Entry {
        private final String requestId;
        private final String expected;
        private final long sentNanos;
        private final List<Reply> replies = new ArrayList<>();
        private boolean acknowledged;
        private long firstReplyNanos;

        private Entry(String requestId, String expected, long sentNanos) {
            this.requestId = requestId;
            this.expected = expected;
            this.sentNanos = sentNanos;
        }

        private Asked asked() {
            return new Asked(
                    requestId, expected, sentNanos, acknowledged, replies, firstReplyNanos);
        }
    }

    private final Map<String, Entry> entries = new HashMap<>();

    synchronized void sent(String requestId, String expected, long nowNanos) {
        entries.put(requestId, new Entry(requestId, expected, nowNanos));
    }

    synchronized void acknowledged(String requestId) {
        entries.get(requestId).acknowledged = true;
        notifyAll();
    }

    /** Notes an outcome; those of others' questions are ignored. */
    synchronized void seen(Reply reply, long nowNanos) {
        Entry entry = entries.get(reply.requestId());
        if (entry == null) {
            return;
        }
        if (entry.replies.isEmpty()) {
            entry.firstReplyNanos = nowNanos;
        }
        entry.replies.add(reply);
        notifyAll();
    }

    synchronized boolean hasOutcome(String requestId) {
        return !entries.get(requestId).replies.isEmpty();
    }

    /** Whether every question that was acknowledged has an outcome. */
    synchronized boolean isSettled() {
        return entries.values().stream()
                .noneMatch(entry -> entry.acknowledged && entry.replies.isEmpty());
    }

    /**
     * When the last of the questions sent until {@code nanos} had its outcome, and one sent after it, too: then every
     * partition works again. Empty while that is not so.
     */
    synchronized OptionalLong recoveredAt(long nanos) {
        long last = Long.MIN_VALUE;
        long firstAfter = Long.MAX_VALUE;
        for (Entry entry : entries.values()) {
            boolean open = entry.replies.isEmpty();
            if (entry.sentNanos - nanos > 0) {
                firstAfter = open ? firstAfter : Math.min(firstAfter, entry.firstReplyNanos);
            } else if (open) {
                return OptionalLong.empty();
            } else {
                last = Math.max(last, entry.firstReplyNanos);
            }
        }
        return firstAfter == Long.MAX_VALUE
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(last, firstAfter));
    }

    /** Waits until {@code condition}, which looks at this ledger, holds; false after {@code limit}. */
    synchronized boolean await(BooleanSupplier condition, Duration limit)
            throws InterruptedException {
        return Waiting.on(this, condition, limit);
    }

    /** The questions whose ids begin with {@code prefix}. */
    synchronized List<Asked> startingWith(String prefix) {
        return entries.values().stream()
                .filter(entry -> entry.requestId.startsWith(prefix))
                .map(Entry::asked)
                .toList();
    }
}
