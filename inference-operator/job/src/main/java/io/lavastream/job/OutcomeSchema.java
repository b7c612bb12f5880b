package io.lavastream.job;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lavastream.schemas.Outcome;
import io.lavastream.serialization.AvroEncoder;
import io.lavastream.serialization.RegistrySettings;
import io.lavastream.topics.Topics;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Writes outcomes under their request's id. One that its topic would refuse becomes a failure that says so. */
final class OutcomeSchema implements KafkaRecordSerializationSchema<Outcome> {
    private static final long serialVersionUID = 1L;

    /** Room for the key and the frame of the record and its batch. */
    private static final int FRAME_BYTES = 8 << 10;

    static final int MAX_BYTES = Topics.SMALL_RECORD_BYTES - FRAME_BYTES;

    private final String topic;
    private final RegistrySettings registry;
    private transient AvroEncoder<Outcome> encoder;

    OutcomeSchema(String lane, RegistrySettings registry) {
        topic = Topics.outcomes(lane).name();
        this.registry = registry;
    }

    @Override
    public void open(
            SerializationSchema.InitializationContext context, KafkaSinkContext sinkContext) {
        encoder = new AvroEncoder<>(registry);
    }

    @Override
    public ProducerRecord<byte[], byte[]> serialize(
            Outcome outcome, KafkaSinkContext context, Long timestamp) {
        byte[] value = encoder.serialize(topic, outcome);
        if (value.length > MAX_BYTES) {
            Outcome refused = OutcomeTranslator.tooLarge(outcome, value.length, MAX_BYTES);
            value = encoder.serialize(topic, refused);
        }
        return new ProducerRecord<>(topic, outcome.getRequestId().getBytes(UTF_8), value);
    }
}
