package io.lavastream.standalone.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lavastream.ingest.GateChangelog;
import io.lavastream.schemas.Admission;
import io.lavastream.schemas.Answer;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.GateEntry;
import io.lavastream.schemas.GateState;
import io.lavastream.schemas.InferenceRequest;
import io.lavastream.schemas.Outcome;
import io.lavastream.schemas.RecordPosition;
import io.lavastream.schemas.TicketedQuestion;
import io.lavastream.serialization.AvroDecoder;
import io.lavastream.serialization.BinarySerde;
import io.lavastream.serialization.Decoded;
import io.lavastream.standalone.client.Cluster;
import io.lavastream.standalone.client.Reply;
import io.lavastream.standalone.client.TopicScan;
import io.lavastream.topics.Topic;
import io.lavastream.topics.Topics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Follows one request through the topics: everything about it is there, so no part of the service is asked. It reads, of
 * each topic that is keyed by request id, the one partition that may hold the request, from a moment on. Not thread-safe.
 */
public final class Inspection {
    private static final Deserializer<Admission> ADMISSIONS =
            BinarySerde.of(Admission.class).deserializer();

    private final Cluster cluster;
    private final String requestId;
    private final byte[] key;
    private final Instant since;
    private final TopicScan scan;
    private final Map<Integer, AttemptTrace.Builder> attempts = new TreeMap<>();

    private Inspection(Cluster cluster, String requestId, Instant since, TopicScan scan) {
        this.cluster = cluster;
        this.requestId = requestId;
        key = requestId.getBytes(UTF_8);
        this.since = since;
        this.scan = scan;
    }

    /**
     * What the topics of {@code lanes} tell of a request, by attempt; empty when they know nothing of it.
     *
     * @param since what was written before is not looked at
     */
    public static List<AttemptTrace> of(
            Cluster cluster, String requestId, List<String> lanes, Instant since) {
        try (TopicScan scan = TopicScan.of(cluster)) {
            Inspection inspection = new Inspection(cluster, requestId, since, scan);
            lanes.forEach(inspection::follow);
            inspection.findReplies();
            return inspection.attempts.values().stream().map(AttemptTrace.Builder::build).toList();
        }
    }

    private void follow(String lane) {
        readAdmissions(lane);
        readGate(lane);
        readRequests(lane);
        readOutcomes(lane);
    }

    private void readAdmissions(String lane) {
        List<TicketedQuestion> questions = new ArrayList<>();
        each(
                Topics.admissions(lane),
                record -> {
                    Admission admission = ADMISSIONS.deserialize(record.topic(), record.value());
                    questions.add(admission.getQuestion());
                    trace(admission.getQuestion().getAttempt()).seen(sighting("admitted", record));
                });
        questions.forEach(
                question -> trace(question.getAttempt()).seen(sent(question.getSource())));
    }

    /** The question itself: its topic may be keyed by anything, but its admission says where it is. */
    private Sighting sent(RecordPosition position) {
        return new Sighting(
                "sent",
                position,
                scan.at(position).map(record -> Instant.ofEpochMilli(record.timestamp())));
    }

    private void readGate(String lane) {
        GateChangelog changelog = GateChangelog.of(lane);
        scan.readPartitionOf(
                key,
                changelog.topic(),
                since,
                record -> {
                    GateChangelog.Key attempt = GateChangelog.key(record.key());
                    if (!attempt.requestId().equals(requestId)) {
                        return;
                    }
                    Optional<GateEntry> entry = changelog.entry(record.value());
                    if (entry.isPresent()) {
                        trace(attempt.attempt()).gate(lane, entry.get());
                    } else {
                        trace(attempt.attempt()).forgotten(lane);
                    }
                });
    }

    private void readRequests(String lane) {
        each(
                Topics.requests(lane),
                InferenceRequest.class,
                (record, request) -> {
                    int attempt = request.getQuestion().getAttempt();
                    trace(attempt).seen(sighting("dispatched", record));
                    if (isDispatched(attempt, lane)) {
                        trace(attempt).note(JobProgress.of(cluster, lane, record));
                    }
                });
    }

    private boolean isDispatched(int attempt, String lane) {
        GateEntry entry = trace(attempt).gates().get(lane);
        return entry != null && entry.getState() == GateState.DISPATCHED;
    }

    private void readOutcomes(String lane) {
        each(
                Topics.outcomes(lane),
                Outcome.class,
                (record, outcome) ->
                        trace(outcome.getAttempt()).seen(sighting("outcome of the job", record)));
    }

    private void findReplies() {
        each(
                Topics.ANSWERS,
                Answer.class,
                (record, answer) -> {
                    trace(answer.getAttempt()).seen(sighting("answered", record));
                    trace(answer.getAttempt()).reply(new Reply.Answered(answer));
                });
        each(
                Topics.FAILURES,
                Failure.class,
                (record, failure) -> {
                    trace(failure.getAttempt()).seen(sighting("failed", record));
                    trace(failure.getAttempt()).reply(new Reply.Failed(failure));
                });
    }

    private void each(Topic topic, TopicScan.Reader reader) {
        scan.readPartitionOf(
                key,
                topic.name(),
                since,
                record -> {
                    if (Arrays.equals(key, record.key())) {
                        reader.read(record);
                    }
                });
    }

    private <T extends SpecificRecord> void each(Topic topic, Class<T> type, Each<T> each) {
        try (AvroDecoder<T> decoder = new AvroDecoder<>(type, cluster.registry())) {
            each(
                    topic,
                    record -> {
                        if (decoder.decode(record.topic(), record.value())
                                instanceof Decoded.Value<T> value) {
                            each.see(record, value.value());
                        }
                    });
        }
    }

    private interface Each<T> {
        void see(ConsumerRecord<byte[], byte[]> record, T value);
    }

    private AttemptTrace.Builder trace(int attempt) {
        return attempts.computeIfAbsent(attempt, AttemptTrace.Builder::new);
    }

    private static Sighting sighting(String event, ConsumerRecord<byte[], byte[]> record) {
        return new Sighting(
                event,
                new RecordPosition(record.topic(), record.partition(), record.offset()),
                Optional.of(Instant.ofEpochMilli(record.timestamp())));
    }
}
