package io.lavastream.standalone.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.GateEntry;
import io.lavastream.schemas.ImageReference;
import io.lavastream.schemas.RecordPosition;
import io.lavastream.schemas.Times;
import io.lavastream.standalone.client.Reply;
import io.lavastream.standalone.inspect.AttemptTrace;
import io.lavastream.standalone.inspect.Sighting;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Prints where a request is or was: as text for people, or as one JSON object an attempt. */
record TracePrinter(PrintStream out) {
    private static final ObjectMapper JSON = new ObjectMapper();

    void text(String requestId, AttemptTrace trace) {
        out.println("request %s, attempt %d".formatted(requestId, trace.attempt()));
        trace.gates().forEach((lane, entry) -> out.println("  " + gate(lane, entry)));
        trace.notes().forEach(note -> out.println("  " + note));
        Optional<Instant> start =
                trace.sightings().stream().flatMap(seen -> seen.time().stream()).findFirst();
        for (Sighting sighting : trace.sightings()) {
            out.println(
                    "  %-24s  %8s  %-18s  %s"
                            .formatted(
                                    sighting.time().map(Instant::toString).orElse("not retained"),
                                    after(start, sighting.time()),
                                    sighting.event(),
                                    place(sighting.position())));
        }
        trace.replies().forEach(reply -> out.println("  " + reply(reply)));
    }

    void json(String requestId, AttemptTrace trace) {
        ObjectNode json = JSON.createObjectNode();
        json.put("request_id", requestId).put("attempt", trace.attempt());
        ObjectNode gates = json.putObject("gates");
        trace.gates().forEach((lane, entry) -> put(gates.putObject(lane), entry));
        ArrayNode records = json.putArray("records");
        for (Sighting sighting : trace.sightings()) {
            ObjectNode record = records.addObject().put("event", sighting.event());
            put(record, sighting.position());
            sighting.time().ifPresent(time -> record.put("time", time.toString()));
        }
        ArrayNode outcomes = json.putArray("outcomes");
        trace.replies().forEach(reply -> outcomes.add(ReplyPrinter.toJson(reply)));
        ArrayNode notes = json.putArray("notes");
        trace.notes().forEach(notes::add);
        out.println(json);
    }

    private static String gate(String lane, GateEntry entry) {
        String times = "admitted %s".formatted(entry.getAdmittedAt());
        Optional<Instant> admitted = Optional.of(entry.getAdmittedAt());
        if (entry.getDispatchedAt() != null) {
            times += ", dispatched " + after(admitted, Optional.of(entry.getDispatchedAt()));
        }
        if (entry.getClosedAt() != null) {
            times += ", closed " + after(admitted, Optional.of(entry.getClosedAt()));
        }
        return "gate of %s: %s; %s".formatted(lane, state(entry), times);
    }

    private static String state(GateEntry entry) {
        return switch (entry.getState()) {
            case WAITING ->
                    "waits until %s for images %s".formatted(entry.getAlarmAt(), missing(entry));
            case DISPATCHED ->
                    "given to the job, closed by %s at the latest".formatted(entry.getAlarmAt());
            case CLOSED ->
                    "closed by %s, remembered until %s"
                            .formatted(
                                    entry.getFailure() == null
                                            ? "an answer"
                                            : entry.getFailure().name(),
                                    entry.getAlarmAt());
        };
    }

    private static List<String> missing(GateEntry entry) {
        return entry.getQuestion().getImages().stream()
                .filter(image -> image.getTicket() == null && image.getUri() == null)
                .map(ImageReference::getImageId)
                .toList();
    }

    private static String reply(Reply reply) {
        if (reply instanceof Reply.Answered answered) {
            Times times = answered.answer().getTimes();
            return String.format(
                    Locale.ROOT,
                    "answer: %s%n  times: queue %.1f ms, fetch %.1f ms, vision %.1f ms, prefill"
                            + " %.1f ms, decode %.1f ms",
                    answered.answer().getText(),
                    times.getQueueMs(),
                    times.getFetchMs(),
                    times.getVisionMs(),
                    times.getPrefillMs(),
                    times.getDecodeMs());
        }
        Failure failure = ((Reply.Failed) reply).failure();
        return "failure: %s at %s, %s, tried %d x: %s"
                .formatted(
                        failure.getCode(),
                        failure.getStage(),
                        failure.getRetryable() ? "retryable" : "not retryable",
                        failure.getAttempts(),
                        failure.getDetail());
    }

    private static void put(ObjectNode json, GateEntry entry) {
        json.put("state", entry.getState().name());
        Map<String, Optional<Instant>> times =
                Map.of(
                        "admitted_at", Optional.of(entry.getAdmittedAt()),
                        "dispatched_at", Optional.ofNullable(entry.getDispatchedAt()),
                        "closed_at", Optional.ofNullable(entry.getClosedAt()),
                        "alarm_at", Optional.of(entry.getAlarmAt()));
        times.forEach((name, time) -> time.ifPresent(at -> json.put(name, at.toString())));
        if (entry.getFailure() != null) {
            json.put("failure", entry.getFailure().name());
        }
    }

    private static void put(ObjectNode json, RecordPosition position) {
        json.put("topic", position.getTopic())
                .put("partition", position.getPartition())
                .put("offset", position.getOffset());
    }

    private static String place(RecordPosition position) {
        return "%s-%d offset %d"
                .formatted(position.getTopic(), position.getPartition(), position.getOffset());
    }

    private static String after(Optional<Instant> start, Optional<Instant> time) {
        return start.isPresent() && time.isPresent()
                ? "+%d ms".formatted(Duration.between(start.get(), time.get()).toMillis())
                : "";
    }
}
