package io.lavastream.loadtests;

import io.lavastream.schemas.Answer;
import io.lavastream.schemas.Failure;
import io.lavastream.standalone.client.Reply;
import io.lavastream.standalone.client.VqaClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** Every outcome that a {@code read_committed} client has seen, by request id. Used by one thread. */
public final class Inbox {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Duration POLL = Duration.ofMillis(200);

    private final VqaClient client;
    private final Map<String, List<Reply>> replies = new TreeMap<>();

    public Inbox(VqaClient client) {
        this.client = client;
    }

    /** Waits for the answer to {@code requestId}; a failure in its place is an error that says so. */
    public Answer answer(String requestId) {
        Reply reply = await(requestId);
        if (reply instanceof Reply.Answered answered) {
            return answered.answer();
        }
        throw new AssertionError(requestId + " failed: " + reply);
    }

    /** Waits for the failure of {@code requestId}. */
    public Failure failure(String requestId) {
        Reply reply = await(requestId);
        if (reply instanceof Reply.Failed failed) {
            return failed.failure();
        }
        throw new AssertionError(requestId + " was answered: " + reply);
    }

    /** All outcomes seen so far. */
    public Map<String, List<Reply>> replies() {
        return replies;
    }

    /** Reads until {@code condition} holds or {@code limit} is over. */
    public boolean readUntil(BooleanSupplier condition, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            for (Reply reply : client.poll(POLL)) {
                replies.computeIfAbsent(reply.requestId(), id -> new ArrayList<>()).add(reply);
            }
        }
        return true;
    }

    private Reply await(String requestId) {
        if (!readUntil(() -> replies.containsKey(requestId), LIMIT)) {
            throw new AssertionError(requestId + ": no outcome within " + LIMIT.toSeconds() + " s");
        }
        return replies.get(requestId).get(0);
    }
}
