package io.lavastream.job;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Requests that a restored job may see again although they have an outcome. Each is forgotten once it was seen, so that
 * a lane with one subtask ends with none of them; where a lane has several, each subtask also holds those that the
 * others see, until they are older than any request that can come again. About 200 bytes of heap an entry, and 60 of a
 * checkpoint. Not thread-safe.
 */
final class AnsweredRequests {
    private record Key(String requestId, int attempt) {}

    private final Map<Key, Long> outcomeMillis = new HashMap<>();

    void add(AnsweredRequest entry) {
        outcomeMillis.put(new Key(entry.requestId(), entry.attempt()), entry.outcomeMillis());
    }

    /** Whether the attempt has an outcome; if so, it is forgotten. */
    boolean take(String requestId, int attempt) {
        return !outcomeMillis.isEmpty()
                && outcomeMillis.remove(new Key(requestId, attempt)) != null;
    }

    /** Forgets outcomes from before {@code oldest}. */
    void dropBefore(Instant oldest) {
        outcomeMillis.values().removeIf(millis -> millis < oldest.toEpochMilli());
    }

    List<AnsweredRequest> entries() {
        List<AnsweredRequest> entries = new ArrayList<>(outcomeMillis.size());
        outcomeMillis.forEach(
                (key, millis) ->
                        entries.add(new AnsweredRequest(key.requestId(), key.attempt(), millis)));
        return entries;
    }

    int size() {
        return outcomeMillis.size();
    }
}
