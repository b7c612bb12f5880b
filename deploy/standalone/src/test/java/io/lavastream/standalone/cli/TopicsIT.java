package io.lavastream.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.standalone.Ports;
import io.lavastream.standalone.broker.EmbeddedBroker;
import io.lavastream.topics.Lanes;
import io.lavastream.topics.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lavastream topics} on a real broker. */
class TopicsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir Path directory;

    @Test
    void createsTheTopicsAndNamesTheSettingThatWasChanged() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory, Ports.ANY)) {
            String address = broker.bootstrapServers();

            CommandRun before = topics("check", address);
            assertThat(before.exitCode()).isEqualTo(1);
            assertThat(before.out()).contains("vqa.answers: topic is missing (expected: present)");

            CommandRun created = topics("create", address);
            assertThat(created.exitCode()).as(created.err()).isZero();
            assertThat(created.out().lines())
                    .hasSize(Topics.all(Lanes.DEFAULT).size())
                    .contains("created vqa.answers");
            CommandRun after = topics("check", address);
            assertThat(after.exitCode()).as(after.out()).isZero();

            change(address, "vqa.answers", new ConfigEntry("retention.ms", "1000"));
            CommandRun changed = checkThatFindsSomething(address);
            assertThat(changed.exitCode()).isEqualTo(1);
            assertThat(changed.out().lines())
                    .containsExactly("vqa.answers: retention.ms is 1000 (expected: 604800000)");
        }
    }

    /** A change that the controller acknowledged reaches the broker's answers a moment later. */
    private static CommandRun checkThatFindsSomething(String address) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        CommandRun run = topics("check", address);
        while (run.exitCode() == 0 && System.nanoTime() < end) {
            run = topics("check", address);
        }
        return run;
    }

    private static CommandRun topics(String command, String address) {
        return CommandRun.of("topics", command, "--bootstrap-servers", address);
    }

    private static void change(String address, String topic, ConfigEntry setting) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try (Admin admin =
                Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, address))) {
            admin.incrementalAlterConfigs(
                            Map.of(
                                    resource,
                                    List.of(new AlterConfigOp(setting, AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
    }
}
