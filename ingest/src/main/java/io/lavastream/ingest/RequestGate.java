package io.lavastream.ingest;

import static java.util.stream.Collectors.joining;

import io.lavastream.schemas.Admission;
import io.lavastream.schemas.Answer;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.GateEntry;
import io.lavastream.schemas.GateState;
import io.lavastream.schemas.ImageReference;
import io.lavastream.schemas.InferenceRequest;
import io.lavastream.schemas.Lookup;
import io.lavastream.schemas.Outcome;
import io.lavastream.schemas.Resolution;
import io.lavastream.schemas.Stage;
import io.lavastream.schemas.TicketedQuestion;
import io.lavastream.serialization.RegistrySettings;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The one place that decides an outcome. It admits a (request id, attempt) once, waits for its images, gives it to the
 * job, and closes it once: with the first outcome, or when its time is over. Partitioned by request id.
 *
 * <p>What it writes and what it remembers are one transaction under exactly-once. Under at-least-once a crash may keep
 * what it remembers and lose what it wrote, and records may be processed again: an open request then sends again what it
 * may not have sent, and a closed one keeps its outcome until that is known to be written ({@link Unconfirmed}).
 */
final class RequestGate implements Processor<Object, SpecificRecord, String, byte[]> {
    /** Bounds one punctuation's work, so that records are processed in between. Time limits come first. */
    private static final int MOST_CLOSED_AT_ONCE = 5_000;

    private static final int MOST_FORGOTTEN_AT_ONCE = 1_000;

    private final IngestSettings settings;
    private final RegistrySettings registry;
    private final IngestMetrics metrics;
    private final boolean transactions;
    private final InstantSource clock;

    private ProcessorContext<String, byte[]> context;
    private GateOutput output;
    private KeyValueStore<String, GateEntry> requests;
    private Agenda deadlines;
    private Agenda closed;
    private Unconfirmed unconfirmed;
    private Alarm alarm;

    /**
     * @param transactions whether what it writes and what it remembers are one transaction
     * @param clock of alarms
     */
    RequestGate(
            IngestSettings settings,
            RegistrySettings registry,
            IngestMetrics metrics,
            boolean transactions,
            InstantSource clock) {
        this.settings = settings;
        this.registry = registry;
        this.metrics = metrics;
        this.transactions = transactions;
        this.clock = clock;
    }

    @Override
    public void init(ProcessorContext<String, byte[]> processorContext) {
        context = processorContext;
        output = new GateOutput(context, settings.lane(), registry);
        requests = context.getStateStore(Nodes.REQUEST_STORE);
        deadlines = new Agenda(context.getStateStore(Nodes.DEADLINE_STORE));
        closed = new Agenda(context.getStateStore(Nodes.CLOSED_STORE));
        unconfirmed = new Unconfirmed(requests);
        alarm = new Alarm(context, clock, settings.punctuation(), this::lookAtTheClock);
    }

    @Override
    public void process(Record<Object, SpecificRecord> record) {
        SpecificRecord value = record.value();
        if (value instanceof Admission admission) {
            admit(admission);
        } else if (value instanceof Resolution resolution) {
            resolve(resolution);
        } else if (value instanceof Outcome outcome) {
            close(outcome);
        } else {
            throw new IllegalStateException(
                    "the gate reads no %s".formatted(value.getClass().getName()));
        }
    }

    @Override
    public void close() {
        if (output != null) {
            output.close();
            alarm.close();
        }
    }

    // ------------------------------------------------------------------ admission

    private void admit(Admission admission) {
        GateEntry known = requests.get(RequestKey.of(admission.getQuestion()));
        if (known == null) {
            admitNew(admission);
        } else if (known.getSource().equals(admission.getQuestion().getSource())) {
            metrics.replay();
            sendAgain(known);
        } else if (known.getContent().equals(admission.getContent())) {
            metrics.duplicate();
        } else {
            fail(
                    Failures.of(
                            admission.getQuestion(),
                            FailureCode.DUPLICATE_ID,
                            "request_id: used before for attempt %d with another content"
                                    .formatted(admission.getQuestion().getAttempt()),
                            Stage.ADMISSION));
        }
    }

    private void admitNew(Admission admission) {
        TicketedQuestion question = admission.getQuestion();
        GateEntry entry = newEntry(admission);
        if (admission.getRefusal() != null) {
            refuse(entry, admission.getRefusal().getCode(), admission.getRefusal().getDetail());
        } else if (isOver(question.getDeadline())) {
            refuse(
                    entry,
                    FailureCode.DEADLINE_EXCEEDED,
                    "deadline: %s, past at admission".formatted(question.getDeadline()));
        } else {
            metrics.admitted();
            if (unresolvedIds(question).isEmpty()) {
                dispatch(entry);
            } else {
                keepOpen(entry);
                lookUpImages(question);
            }
        }
    }

    private GateEntry newEntry(Admission admission) {
        Instant now = now();
        return GateEntry.newBuilder()
                .setState(GateState.WAITING)
                .setContent(admission.getContent())
                .setSource(admission.getQuestion().getSource())
                .setQuestion(admission.getQuestion())
                .setAdmittedAt(now)
                .setAlarmAt(now)
                .build();
    }

    /** A refused question passes the gate like any other: it is closed, and a repetition of it is recognised. */
    private void refuse(GateEntry entry, FailureCode code, String detail) {
        byte[] written = fail(Failures.of(entry.getQuestion(), code, detail, Stage.ADMISSION));
        remember(entry, code, written);
    }

    private void sendAgain(GateEntry entry) {
        switch (entry.getState()) {
            case WAITING -> lookUpImages(entry.getQuestion());
            case DISPATCHED -> sendToJob(entry);
            case CLOSED -> {}
        }
    }

    // ------------------------------------------------------------------ images

    private void lookUpImages(TicketedQuestion question) {
        for (String imageId : unresolvedIds(question)) {
            output.lookup(
                    new Lookup(imageId, question.getRequestId(), question.getAttempt(), null));
        }
    }

    private void resolve(Resolution resolution) {
        String key = RequestKey.of(resolution.getRequestId(), resolution.getAttempt());
        GateEntry entry = requests.get(key);
        if (entry == null) {
            return;
        }
        if (entry.getState() == GateState.DISPATCHED && !transactions) {
            sendToJob(entry); // A replay, perhaps of a dispatch that was lost.
        }
        if (entry.getState() != GateState.WAITING) {
            return;
        }
        TicketedQuestion question = withImage(entry.getQuestion(), resolution.getImage());
        GateEntry resolved = GateEntry.newBuilder(entry).setQuestion(question).build();
        if (unresolvedIds(question).isEmpty()) {
            deadlines.remove(entry.getAlarmAt().toEpochMilli(), key);
            dispatch(resolved);
        } else {
            requests.put(key, resolved);
        }
    }

    /** The ids of images that are not found yet, in order, each once. */
    private static Set<String> unresolvedIds(TicketedQuestion question) {
        Set<String> ids = new LinkedHashSet<>();
        for (ImageReference image : question.getImages()) {
            if (isUnresolved(image)) {
                ids.add(image.getImageId());
            }
        }
        return ids;
    }

    private static boolean isUnresolved(ImageReference image) {
        return image.getTicket() == null && image.getUri() == null;
    }

    private static TicketedQuestion withImage(TicketedQuestion question, ImageReference found) {
        return TicketedQuestion.newBuilder(question)
                .setImages(
                        question.getImages().stream()
                                .map(image -> isThat(image, found) ? merged(image, found) : image)
                                .toList())
                .build();
    }

    private static boolean isThat(ImageReference image, ImageReference found) {
        return isUnresolved(image) && image.getImageId().equals(found.getImageId());
    }

    private static ImageReference merged(ImageReference asked, ImageReference found) {
        String contentType =
                asked.getContentType() != null ? asked.getContentType() : found.getContentType();
        return new ImageReference(
                asked.getImageId(), found.getTicket(), found.getUri(), contentType);
    }

    // ------------------------------------------------------------------ dispatch

    private void dispatch(GateEntry entry) {
        GateEntry dispatched =
                GateEntry.newBuilder(entry)
                        .setState(GateState.DISPATCHED)
                        .setDispatchedAt(now())
                        .build();
        keepOpen(dispatched);
        sendToJob(dispatched);
        metrics.dispatched();
    }

    private void sendToJob(GateEntry entry) {
        output.request(new InferenceRequest(entry.getQuestion(), entry.getAdmittedAt()));
    }

    /** Stores an open entry and sets its alarm to the earliest of its time limits. */
    private void keepOpen(GateEntry entry) {
        String key = RequestKey.of(entry.getQuestion());
        long closesAt = closesAt(entry);
        deadlines.add(closesAt, key);
        alarm.set(closesAt);
        requests.put(
                key,
                GateEntry.newBuilder(entry).setAlarmAt(Instant.ofEpochMilli(closesAt)).build());
    }

    private long closesAt(GateEntry entry) {
        long admittedAt = entry.getAdmittedAt().toEpochMilli();
        long at = admittedAt + settings.openFor().toMillis();
        if (entry.getState() == GateState.WAITING) {
            at = Math.min(at, admittedAt + settings.imageWait().toMillis());
        }
        Instant deadline = entry.getQuestion().getDeadline();
        return deadline == null ? at : Math.min(at, deadline.toEpochMilli());
    }

    // ------------------------------------------------------------------ closing

    private void close(Outcome outcome) {
        String key = RequestKey.of(outcome.getRequestId(), outcome.getAttempt());
        GateEntry entry = requests.get(key);
        if (entry == null) {
            metrics.unknownOutcome();
        } else if (entry.getState() == GateState.CLOSED) {
            metrics.lateOutcome();
        } else if (outcome.getResult() instanceof Answer answer) {
            closeWith(answer, entry);
        } else if (outcome.getResult() instanceof Failure failure) {
            closeWith(Failures.of(failure, entry.getQuestion()), entry);
        }
    }

    private void closeWith(Answer answer, GateEntry entry) {
        TicketedQuestion question = entry.getQuestion();
        Answer complete =
                Answer.newBuilder(answer)
                        .setRequestId(question.getRequestId())
                        .setAttempt(question.getAttempt())
                        .setAttributes(question.getAttributes())
                        .build();
        Optional<byte[]> written = output.answer(complete);
        if (written.isPresent()) {
            metrics.answered();
            closeOpen(entry, null, written.get());
        } else {
            closeWith(
                    Failures.of(
                            question,
                            FailureCode.INTERNAL,
                            "the answer does not fit its topic",
                            Stage.INFERENCE),
                    entry);
        }
    }

    private void closeWith(Failure failure, GateEntry entry) {
        byte[] written = fail(failure);
        closeOpen(entry, failure.getCode(), written);
    }

    private byte[] fail(Failure failure) {
        metrics.failed(failure.getCode());
        return output.failure(failure);
    }

    private void closeOpen(GateEntry entry, FailureCode failure, byte[] written) {
        deadlines.remove(entry.getAlarmAt().toEpochMilli(), RequestKey.of(entry.getQuestion()));
        remember(entry, failure, written);
    }

    private void remember(GateEntry entry, FailureCode failure, byte[] written) {
        String key = RequestKey.of(entry.getQuestion());
        Instant now = now();
        Instant forgetAt = now.plus(settings.rememberFor());
        closed.add(forgetAt.toEpochMilli(), key);
        requests.put(
                key,
                GateEntry.newBuilder(entry)
                        .setState(GateState.CLOSED)
                        .setQuestion(null)
                        .setClosedAt(now)
                        .setFailure(failure)
                        .setAlarmAt(forgetAt)
                        .setUnconfirmed(transactions ? null : ByteBuffer.wrap(written))
                        .build());
        if (!transactions) {
            unconfirmed.add(key, now);
            alarm.set(now.plus(Unconfirmed.COMMITTED_AFTER).toEpochMilli());
        }
    }

    // ------------------------------------------------------------------ time

    private void lookAtTheClock(long nowMillis) {
        for (String key : deadlines.takeDue(nowMillis, MOST_CLOSED_AT_ONCE)) {
            GateEntry entry = requests.get(key);
            if (entry != null && entry.getState() != GateState.CLOSED) {
                closeWhatIsOver(entry, nowMillis);
            }
        }
        if (!transactions) {
            // Before anything is forgotten: it may hold an outcome that is still to be written.
            unconfirmed.lookAtTheClock(Instant.ofEpochMilli(nowMillis), this::repeat);
            if (!unconfirmed.isEmpty()) {
                alarm.set(nowMillis + Unconfirmed.COMMITTED_AFTER.toMillis());
            }
        }
        closed.takeDue(nowMillis, MOST_FORGOTTEN_AT_ONCE).forEach(requests::delete);
        deadlines.nextBefore(nowMillis + Alarm.LONGEST.toMillis()).ifPresent(alarm::set);
        if (closed.nextBefore(nowMillis + 1).isPresent()) {
            alarm.set(nowMillis); // There were more than are forgotten at once.
        }
    }

    /** After a start: what may not have been written before it. */
    private void repeat(String key, GateEntry entry) {
        switch (entry.getState()) {
            case WAITING -> lookUpImages(entry.getQuestion());
            case DISPATCHED -> {} // What dispatched it is processed again, if it was lost.
            case CLOSED -> {
                byte[] outcome = new byte[entry.getUnconfirmed().remaining()];
                entry.getUnconfirmed().duplicate().get(outcome);
                output.again(
                        RequestKey.parse(key).requestId(), entry.getFailure() == null, outcome);
            }
        }
    }

    private void closeWhatIsOver(GateEntry entry, long nowMillis) {
        TicketedQuestion question = entry.getQuestion();
        long age = nowMillis - entry.getAdmittedAt().toEpochMilli();
        if (isOver(question.getDeadline())) {
            closeWith(
                    Failures.of(
                            question,
                            FailureCode.DEADLINE_EXCEEDED,
                            "deadline: %s passed, %d ms after admission"
                                    .formatted(question.getDeadline(), age),
                            Stage.DEADLINE),
                    entry);
        } else if (entry.getState() == GateState.WAITING
                && age >= settings.imageWait().toMillis()) {
            closeWith(
                    Failures.of(
                            question,
                            FailureCode.IMAGE_NOT_FOUND,
                            "image_id: no image named %s within %d ms"
                                    .formatted(
                                            unresolvedIds(question).stream()
                                                    .collect(joining("', '", "'", "'")),
                                            settings.imageWait().toMillis()),
                            Stage.IMAGES),
                    entry);
        } else if (age >= settings.openFor().toMillis()) {
            closeWith(
                    Failures.of(
                            question,
                            FailureCode.INTERNAL,
                            "no outcome within %d ms".formatted(settings.openFor().toMillis()),
                            Stage.INFERENCE),
                    entry);
        } else {
            // The limits were longer when the alarm was set than they are now, or the clock was put
            // back.
            keepOpen(entry);
        }
    }

    private boolean isOver(Instant deadline) {
        return deadline != null && deadline.toEpochMilli() <= context.currentSystemTimeMs();
    }

    private Instant now() {
        return Instant.ofEpochMilli(context.currentSystemTimeMs());
    }
}
