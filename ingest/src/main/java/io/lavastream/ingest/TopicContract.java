package io.lavastream.ingest;

import io.lavastream.topics.Topic;
import io.lavastream.topics.TopicAdmin;
import io.lavastream.topics.TopicAdmin.Difference;
import io.lavastream.topics.TopicSettings;
import io.lavastream.topics.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compares a cluster with what ingest relies on, before it starts: Kafka Streams itself would not notice. */
final class TopicContract {
    private static final Logger LOG = LoggerFactory.getLogger(TopicContract.class);

    /** Differences that lose or hang requests. The others change how long records stay, and are an operator's choice. */
    private static final Set<String> NECESSARY =
            Set.of("topic", "partitions", "cleanup.policy", "max.message.bytes");

    private TopicContract() {}

    /**
     * Checks the topics of a lane.
     *
     * @throws IllegalStateException naming each topic, its differing setting, the value found and the value expected
     */
    static void require(IngestConfig config) {
        Map<String, Object> client = new HashMap<>(config.kafkaClient());
        client.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers());
        try (Admin admin = Admin.create(client)) {
            TopicAdmin topics =
                    new TopicAdmin(admin, new TopicSettings(1, config.replicationFactor()));
            require(topics.check(topicsOf(config.lane().lane())));
        }
    }

    private static void require(List<Difference> differences) {
        for (Difference difference : differences) {
            LOG.warn("topics are not as the contract says: {}", difference);
        }
        String broken =
                differences.stream()
                        .filter(TopicContract::isNecessary)
                        .map(Difference::toString)
                        .collect(Collectors.joining("; "));
        if (!broken.isEmpty()) {
            throw new IllegalStateException("topics: " + broken);
        }
    }

    private static boolean isNecessary(Difference difference) {
        boolean roomier =
                difference.setting().equals("max.message.bytes")
                        && Long.parseLong(difference.found())
                                > Long.parseLong(difference.expected());
        return NECESSARY.contains(difference.setting()) && !roomier;
    }

    private static List<Topic> topicsOf(String lane) {
        List<Topic> topics = new ArrayList<>(Topics.ofLane(lane));
        topics.add(Topics.IMAGES_TOPIC);
        topics.add(Topics.ANSWERS);
        topics.add(Topics.FAILURES);
        topics.add(Topics.DEAD_LETTERS);
        return topics;
    }
}
