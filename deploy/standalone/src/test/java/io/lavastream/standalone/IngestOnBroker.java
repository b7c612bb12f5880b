package io.lavastream.standalone;

import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import io.lavastream.ingest.IngestApplication;
import io.lavastream.ingest.IngestConfig;
import io.lavastream.ingest.IngestSettings;
import io.lavastream.serialization.RegistrySettings;
import io.lavastream.serialization.SchemaRegistration;
import io.lavastream.standalone.broker.EmbeddedBroker;
import io.lavastream.standalone.client.Cluster;
import io.lavastream.topics.Topic;
import io.lavastream.topics.TopicAdmin;
import io.lavastream.topics.TopicSettings;
import io.lavastream.topics.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;

/** A broker with the topics of one lane, and its ingest; the registry is one in memory. No job. */
public final class IngestOnBroker implements AutoCloseable {
    private final EmbeddedBroker broker;
    private final Cluster cluster;
    private final IngestApplication ingest;

    private IngestOnBroker(EmbeddedBroker broker, Cluster cluster, IngestApplication ingest) {
        this.broker = broker;
        this.cluster = cluster;
        this.ingest = ingest;
    }

    /** Returns when ingest is running. */
    public static IngestOnBroker start(Path directory, String lane) throws InterruptedException {
        EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"), Ports.ANY);
        Cluster cluster =
                new Cluster(
                        broker.bootstrapServers(), RegistrySettings.of("mock://" + lane), Map.of());
        List<Topic> topics = Topics.all(List.of(lane));
        try (Admin admin = Admin.create(cluster.clientConfig())) {
            new TopicAdmin(admin, new TopicSettings(2, (short) 1)).create(topics);
        }
        SchemaRegistration.register(MockSchemaRegistry.getClientForScope(lane), topics);
        IngestApplication ingest =
                IngestApplication.start(
                        IngestConfig.defaults(
                                cluster.bootstrapServers(),
                                cluster.registry(),
                                IngestSettings.defaults(lane),
                                directory.resolve("ingest")));
        ingest.awaitRunning(Duration.ofSeconds(60));
        return new IngestOnBroker(broker, cluster, ingest);
    }

    public Cluster cluster() {
        return cluster;
    }

    @Override
    public void close() {
        ingest.close();
        broker.close();
    }
}
