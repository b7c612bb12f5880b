package io.lavastream.topics;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.test.KafkaClusterTestKit;
import org.apache.kafka.common.test.TestKitNodes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract against a real broker. */
class TopicAdminIT {
    private static final List<Topic> TOPICS = Topics.all(Lanes.DEFAULT);

    private static KafkaClusterTestKit cluster;
    private static Admin client;

    @BeforeAll
    static void startBroker() throws Exception {
        cluster =
                new KafkaClusterTestKit.Builder(
                                new TestKitNodes.Builder()
                                        .setCombined(true)
                                        .setNumBrokerNodes(1)
                                        .setNumControllerNodes(1)
                                        .build())
                        .setConfigProp("auto.create.topics.enable", "false")
                        .build();
        cluster.format();
        cluster.startup();
        cluster.waitForReadyBrokers();
        client = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()));
    }

    @AfterAll
    static void stopBroker() throws Exception {
        client.close();
        cluster.close();
    }

    @Test
    void createsWhatIsMissingAndNamesWhatDiffers() throws Exception {
        TopicAdmin admin = new TopicAdmin(client, new TopicSettings(2, (short) 1));

        assertThat(admin.check(TOPICS))
                .hasSize(TOPICS.size())
                .allMatch(difference -> difference.found().equals("missing"));
        assertThat(admin.create(TOPICS)).hasSize(TOPICS.size());
        assertThat(admin.create(TOPICS)).isEmpty();
        assertThat(admin.check(TOPICS)).isEmpty();

        String outcomes = Topics.outcomes(Lanes.BULK).name();
        assertThat(setting(outcomes, "segment.ms")).isEqualTo("21600000");
        assertThat(setting(Topics.ANSWERS.name(), "segment.ms")).isEqualTo("86400000");
        client.createPartitions(Map.of(outcomes, NewPartitions.increaseTo(4))).all().get();
        String answers = Topics.ANSWERS.name();
        client.incrementalAlterConfigs(
                        Map.of(
                                new ConfigResource(ConfigResource.Type.TOPIC, answers),
                                List.of(
                                        new AlterConfigOp(
                                                new ConfigEntry("retention.ms", "1000"),
                                                AlterConfigOp.OpType.SET))))
                .all()
                .get();

        assertThat(differencesOnceTheBrokerKnows(admin, 2))
                .anySatisfy(
                        difference ->
                                assertThat(difference.toString())
                                        .startsWith(
                                                outcomes + ": partitions is 4 (expected: 2, as "))
                .anySatisfy(
                        difference ->
                                assertThat(difference)
                                        .hasToString(
                                                answers
                                                        + ": retention.ms is 1000 (expected: 604800000)"))
                .hasSize(2);
    }

    private static String setting(String topic, String name) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return client.describeConfigs(List.of(resource))
                .all()
                .get()
                .get(resource)
                .get(name)
                .value();
    }

    /** A change that the controller acknowledged reaches the broker's answers a moment later. */
    private static List<TopicAdmin.Difference> differencesOnceTheBrokerKnows(
            TopicAdmin admin, int expected) {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        List<TopicAdmin.Difference> differences = admin.check(TOPICS);
        while (differences.size() < expected && System.nanoTime() < deadline) {
            differences = admin.check(TOPICS);
        }
        return differences;
    }
}
