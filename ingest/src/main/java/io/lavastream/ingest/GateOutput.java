package io.lavastream.ingest;

import io.lavastream.schemas.Answer;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.InferenceRequest;
import io.lavastream.schemas.Lookup;
import io.lavastream.serialization.AvroEncoder;
import io.lavastream.serialization.BinarySerde;
import io.lavastream.serialization.RegistrySettings;
import io.lavastream.topics.Topic;
import io.lavastream.topics.Topics;
import java.util.Optional;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** What the gate writes: encodes a record, keys it, and forwards it to its sink. Used by the gate's thread. */
final class GateOutput implements AutoCloseable {
    /** Room for the key and for the framing of a batch. */
    private static final int OVERHEAD_BYTES = 2 << 10;

    private final ProcessorContext<String, byte[]> context;
    private final Topic requestsTopic;
    private final Topic lookupsTopic;
    private final AvroEncoder<InferenceRequest> requests;
    private final AvroEncoder<Answer> answers;
    private final AvroEncoder<Failure> failures;
    private final Serializer<Lookup> lookups = BinarySerde.of(Lookup.class).serializer();

    GateOutput(ProcessorContext<String, byte[]> context, String lane, RegistrySettings registry) {
        this.context = context;
        requestsTopic = Topics.requests(lane);
        lookupsTopic = Topics.lookups(lane);
        requests = new AvroEncoder<>(registry);
        answers = new AvroEncoder<>(registry);
        failures = new AvroEncoder<>(registry);
    }

    /** To the job. */
    void request(InferenceRequest request) {
        forward(
                request.getQuestion().getRequestId(),
                requests.serialize(requestsTopic.name(), request),
                Nodes.TO_REQUESTS);
    }

    /**
     * To the client.
     *
     * @return what was written; empty, and nothing is written, where the answer does not fit its topic
     */
    Optional<byte[]> answer(Answer answer) {
        byte[] bytes = answers.serialize(Topics.ANSWERS.name(), answer);
        if (bytes.length > Topics.ANSWERS.maxMessageBytes() - OVERHEAD_BYTES) {
            return Optional.empty();
        }
        forward(answer.getRequestId(), bytes, Nodes.TO_ANSWERS);
        return Optional.of(bytes);
    }

    /** To the client. It fits: {@link QuestionLimits} and {@link Failures} see to that. Returns what was written. */
    byte[] failure(Failure failure) {
        byte[] bytes = failures.serialize(Topics.FAILURES.name(), failure);
        forward(failure.getRequestId(), bytes, Nodes.TO_FAILURES);
        return bytes;
    }

    /** To the client, once more: what {@link #answer} or {@link #failure} had written. */
    void again(String requestId, boolean answer, byte[] bytes) {
        forward(requestId, bytes, answer ? Nodes.TO_ANSWERS : Nodes.TO_FAILURES);
    }

    /** To the image index. */
    void lookup(Lookup lookup) {
        forward(
                lookup.getImageId(),
                lookups.serialize(lookupsTopic.name(), lookup),
                Nodes.TO_LOOKUPS);
    }

    @Override
    public void close() {
        failures.close();
        answers.close();
        requests.close();
    }

    private void forward(String key, byte[] value, String sink) {
        // Not the cause's timestamp: retention shall count from when this record was written.
        context.forward(new Record<>(key, value, context.currentSystemTimeMs()), sink);
    }
}
