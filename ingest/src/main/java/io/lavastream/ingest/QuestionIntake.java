package io.lavastream.ingest;

import io.lavastream.schemas.Admission;
import io.lavastream.schemas.Question;
import io.lavastream.schemas.RecordPosition;
import io.lavastream.serialization.BinarySerde;
import io.lavastream.serialization.Decoded;
import io.lavastream.serialization.Decoded.Undecodable;
import io.lavastream.serialization.Decoded.Value;
import io.lavastream.serialization.RegistrySettings;
import io.lavastream.topics.Topic;
import java.util.Optional;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * The first step of a question: decode, validate, take tickets, leave the image bytes behind, key by request id. Image
 * bytes go no further than this class.
 */
final class QuestionIntake implements Processor<byte[], byte[], Object, byte[]> {
    private final Topic questions;
    private final Topic admissions;
    private final QuestionLimits limits;
    private final QuestionValidator validator;
    private final RegistrySettings registry;
    private final IngestMetrics metrics;
    private final Serializer<Admission> serializer = BinarySerde.of(Admission.class).serializer();

    private ProcessorContext<Object, byte[]> context;
    private DeadLetters deadLetters;
    private Format<Question> format;

    QuestionIntake(
            Topic questions,
            Topic admissions,
            QuestionLimits limits,
            RegistrySettings registry,
            IngestMetrics metrics) {
        this.questions = questions;
        this.admissions = admissions;
        this.limits = limits;
        this.validator = new QuestionValidator(limits);
        this.registry = registry;
        this.metrics = metrics;
    }

    @Override
    public void init(ProcessorContext<Object, byte[]> processorContext) {
        context = processorContext;
        deadLetters = new DeadLetters(context, Nodes.DEAD_QUESTIONS, metrics);
        format = Format.registered(Question.class, registry);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        Decoded<Question> decoded = format.decode(questions.name(), record.value());
        if (decoded instanceof Undecodable<Question> bad) {
            deadLetters.send(record, bad.reason());
        } else if (decoded instanceof Value<Question> value) {
            Question question = value.value();
            Optional<String> unkeyable =
                    QuestionValidator.unkeyable("request_id", question.getRequestId());
            if (unkeyable.isPresent()) {
                deadLetters.send(record, unkeyable.get());
            } else {
                forward(admission(question, record.timestamp()));
            }
        }
    }

    @Override
    public void close() {
        if (format != null) {
            format.close();
        }
    }

    private Admission admission(Question question, long timestamp) {
        RecordPosition source = Positions.current(context);
        long sentAt = RecordTime.until(context.currentSystemTimeMs(), timestamp);
        // Validated before anything is copied: a text that is too long is counted, then cut.
        return Admission.newBuilder()
                .setRefusal(validator.refusal(question).orElse(null))
                .setQuestion(Tickets.of(question, source, sentAt, limits))
                .setContent(Content.digest(question))
                .build();
    }

    private void forward(Admission admission) {
        byte[] bytes = serializer.serialize(admissions.name(), admission);
        context.forward(
                new Record<>(
                        admission.getQuestion().getRequestId(),
                        bytes,
                        context.currentSystemTimeMs()),
                Nodes.TO_ADMISSIONS);
    }
}
