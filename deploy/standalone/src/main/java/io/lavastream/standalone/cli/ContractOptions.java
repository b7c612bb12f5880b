package io.lavastream.standalone.cli;

import io.lavastream.topics.Lanes;
import io.lavastream.topics.Topic;
import io.lavastream.topics.TopicAdmin;
import io.lavastream.topics.Topics;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that say which cluster must have which topics. */
final class ContractOptions {
    @Option(
            names = "--bootstrap-servers",
            required = true,
            paramLabel = "HOST:PORT,...",
            description = "The Kafka cluster.")
    private String bootstrapServers;

    @Option(
            names = "--kafka-config",
            paramLabel = "FILE",
            description =
                    "Further settings of the Kafka client, such as TLS and SASL (.properties).")
    private Path kafkaConfig;

    @Option(
            names = "--lanes",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "interactive,bulk",
            description = "Lanes, by priority. Default: ${DEFAULT-VALUE}.")
    private List<String> lanes;

    @Mixin private TopicOptions topics;

    /** Does {@code work} with the cluster and the topics that it must have. */
    <T> T with(BiFunction<TopicAdmin, List<Topic>, T> work) {
        List<Topic> contract = Topics.all(Lanes.checked(lanes));
        Map<String, Object> config =
                new HashMap<>(PropertiesFile.read("kafka-config", kafkaConfig));
        config.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        try (Admin admin = Admin.create(config)) {
            return work.apply(new TopicAdmin(admin, topics.settings()), contract);
        }
    }
}
