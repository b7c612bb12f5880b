package io.lavastream.job;

import io.lavastream.schemas.InferenceRequest;
import io.lavastream.serialization.AvroDecoder;
import io.lavastream.serialization.Decoded;
import io.lavastream.serialization.RegistrySettings;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Decodes requests; what cannot be decoded leaves by {@link #DEAD_LETTERS}. Waits for a registry that cannot be
 * reached, and then fails, so that Flink tries again later: bytes that nobody could judge are no dead letters.
 */
final class DecodeRequests extends ProcessFunction<ConsumedRecord, InferenceRequest> {
    private static final long serialVersionUID = 1L;

    static final OutputTag<DeadLetter> DEAD_LETTERS =
            new OutputTag<>("dead-letters", TypeInformation.of(DeadLetter.class));

    private final RegistrySettings registry;
    private transient AvroDecoder<InferenceRequest> decoder;

    DecodeRequests(RegistrySettings registry) {
        this.registry = registry;
    }

    @Override
    public void open(OpenContext context) {
        decoder = new AvroDecoder<>(InferenceRequest.class, registry);
    }

    @Override
    public void processElement(
            ConsumedRecord record, Context context, Collector<InferenceRequest> output) {
        Decoded<InferenceRequest> decoded = decoder.decode(record.topic(), record.value());
        if (decoded instanceof Decoded.Value<InferenceRequest> request) {
            output.collect(request.value());
            return;
        }
        String reason = ((Decoded.Undecodable<InferenceRequest>) decoded).reason();
        context.output(DEAD_LETTERS, new DeadLetter(record, reason));
    }

    @Override
    public void close() {
        if (decoder != null) {
            decoder.close();
        }
    }
}
