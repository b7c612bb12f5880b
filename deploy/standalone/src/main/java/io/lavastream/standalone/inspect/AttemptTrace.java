package io.lavastream.standalone.inspect;

import io.lavastream.schemas.GateEntry;
import io.lavastream.standalone.client.Reply;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the topics tell of one attempt of a request.
 *
 * @param gates the entry of each lane's gate that knows it; normally one
 * @param sightings in the order of their times, those without one first
 * @param replies its outcome; none while it is open, and beside it failures of other questions under its id
 * @param notes for people: what the rest does not say
 */
public record AttemptTrace(
        int attempt,
        Map<String, GateEntry> gates,
        List<Sighting> sightings,
        List<Reply> replies,
        List<String> notes) {

    /** Collects a trace; not thread-safe. */
    static final class Builder {
        private final int attempt;
        private final Map<String, GateEntry> gates = new TreeMap<>();
        private final List<Sighting> sightings = new ArrayList<>();
        private final List<Reply> replies = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();

        Builder(int attempt) {
            this.attempt = attempt;
        }

        /** The newest entry counts. */
        void gate(String lane, GateEntry entry) {
            gates.put(lane, entry);
        }

        void forgotten(String lane) {
            gates.remove(lane);
        }

        Map<String, GateEntry> gates() {
            return gates;
        }

        void seen(Sighting sighting) {
            if (!sightings.contains(sighting)) {
                sightings.add(sighting);
            }
        }

        List<Sighting> sightings() {
            return sightings;
        }

        void reply(Reply reply) {
            replies.add(reply);
        }

        void note(String note) {
            notes.add(note);
        }

        AttemptTrace build() {
            Comparator<Sighting> byTime =
                    Comparator.comparing(sighting -> sighting.time().orElse(Instant.MIN));
            return new AttemptTrace(
                    attempt,
                    Map.copyOf(gates),
                    sightings.stream().sorted(byTime).toList(),
                    List.copyOf(replies),
                    List.copyOf(notes));
        }
    }
}
