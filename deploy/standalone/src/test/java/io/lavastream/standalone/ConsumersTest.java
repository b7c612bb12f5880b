package io.lavastream.standalone;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.lavastream.ingest.IngestApplication;
import io.lavastream.job.InferencePipeline;
import io.lavastream.job.KafkaSettings;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.streams.KafkaStreams;

/**
 * Consumers of the whole service are made in three places, each of which a test of its own watches reading committed
 * records only: {@code StreamsPropertiesTest} and {@code CommittedRecordsIT}.
 */
@AnalyzeClasses(packages = "io.lavastream", importOptions = ImportOption.DoNotIncludeTests.class)
class ConsumersTest {
    /** Where Kafka Streams' consumers are made, with its settings; and its nested class. */
    private static final String STREAMS_CLIENTS =
            "io\\.lavastream\\.ingest\\.StreamsClients(\\$.*)?";

    @ArchTest
    static final ArchRule CONSUMERS_BY_POSITION =
            noClasses()
                    .that()
                    .doNotHaveFullyQualifiedName(KafkaSettings.class.getName())
                    .and()
                    .haveNameNotMatching(STREAMS_CLIENTS)
                    .should()
                    .dependOnClassesThat()
                    .areAssignableTo(KafkaConsumer.class);

    @ArchTest
    static final ArchRule SOURCES_OF_FLINK =
            noClasses()
                    .that()
                    .doNotHaveFullyQualifiedName(InferencePipeline.class.getName())
                    .should()
                    .dependOnClassesThat()
                    .areAssignableTo(KafkaSource.class);

    @ArchTest
    static final ArchRule KAFKA_STREAMS =
            noClasses()
                    .that()
                    .doNotHaveFullyQualifiedName(IngestApplication.class.getName())
                    .should()
                    .dependOnClassesThat()
                    .areAssignableTo(KafkaStreams.class);
}
