package io.lavastream.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.ingest.IngestConfig.Delivery;
import io.lavastream.serialization.RegistrySettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StreamsPropertiesTest {
    private static final String ISOLATION = "isolation.level";

    /** What would let a consumer see records of open and aborted transactions, by every name that Kafka Streams reads. */
    private static final Map<String, String> CARELESS =
            Map.of(
                    ISOLATION,
                    "read_uncommitted",
                    "consumer." + ISOLATION,
                    "read_uncommitted",
                    "main.consumer." + ISOLATION,
                    "read_uncommitted",
                    "restore.consumer." + ISOLATION,
                    "read_uncommitted",
                    "global.consumer." + ISOLATION,
                    "read_uncommitted");

    @ParameterizedTest
    @EnumSource
    void everyConsumerReadsCommittedRecordsOnlyWhateverTheClientsSettingsSay(Delivery delivery) {
        IngestConfig config =
                IngestConfig.defaults(
                                "localhost:1",
                                RegistrySettings.of("mock://none"),
                                IngestSettings.defaults("test"),
                                Path.of("state"))
                        .withDelivery(delivery)
                        .withKafkaClient(CARELESS);

        StreamsConfig streams = new StreamsConfig(StreamsProperties.of(config));

        assertThat(
                        List.of(
                                streams.getMainConsumerConfigs("group", "client", 1),
                                streams.getRestoreConsumerConfigs("client"),
                                streams.getGlobalConsumerConfigs("client")))
                .extracting(consumer -> consumer.get(ISOLATION))
                .containsOnly("read_committed");
    }
}
