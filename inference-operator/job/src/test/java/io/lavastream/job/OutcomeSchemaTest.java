package io.lavastream.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.Outcome;
import io.lavastream.serialization.AvroDecoder;
import io.lavastream.serialization.Decoded;
import io.lavastream.serialization.RegistrySettings;
import io.lavastream.serialization.SchemaRegistration;
import io.lavastream.topics.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class OutcomeSchemaTest {
    private static final RegistrySettings REGISTRY = RegistrySettings.of("mock://outcome-schema");

    @Test
    void anOutcomeThatItsTopicWouldRefuseBecomesAFailure() {
        SchemaRegistration.register(
                MockSchemaRegistry.getClientForScope("outcome-schema"),
                List.of(Topics.outcomes("test")));
        OutcomeSchema schema = new OutcomeSchema("test", REGISTRY);
        schema.open(null, null);
        Outcome outcome =
                OutcomeTranslator.answered(
                        Samples.question("r", "what")
                                .setAttributes(Map.of("a", "x".repeat(Topics.SMALL_RECORD_BYTES)))
                                .build(),
                        Samples.result("red"),
                        Duration.ZERO,
                        Duration.ZERO);

        ProducerRecord<byte[], byte[]> record = schema.serialize(outcome, null, null);

        assertThat(new String(record.key(), UTF_8)).isEqualTo("r");
        assertThat(record.value()).hasSizeLessThan(OutcomeSchema.MAX_BYTES);
        try (AvroDecoder<Outcome> decoder = new AvroDecoder<>(Outcome.class, REGISTRY)) {
            Outcome written =
                    ((Decoded.Value<Outcome>) decoder.decode(record.topic(), record.value()))
                            .value();
            Failure failure = (Failure) written.getResult();
            assertThat(failure.getCode()).isEqualTo(FailureCode.INTERNAL);
            assertThat(failure.getDetail())
                    .contains("expected: at most " + OutcomeSchema.MAX_BYTES);
        }
    }
}
