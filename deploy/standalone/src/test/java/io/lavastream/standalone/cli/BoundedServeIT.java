package io.lavastream.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.schemas.ImageSource;
import io.lavastream.schemas.Question;
import io.lavastream.serialization.RegistrySettings;
import io.lavastream.serialization.SchemaRegistration;
import io.lavastream.standalone.Ports;
import io.lavastream.standalone.broker.EmbeddedBroker;
import io.lavastream.standalone.client.Cluster;
import io.lavastream.standalone.client.Reply;
import io.lavastream.standalone.client.VqaClient;
import io.lavastream.standalone.demo.SceneQuestion;
import io.lavastream.standalone.demo.Scenes;
import io.lavastream.standalone.registry.EmbeddedRegistry;
import io.lavastream.standalone.registry.RegistryHome;
import io.lavastream.topics.Topics;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code serve --bounded} with the shipped model, on lanes of which one is a tenant's: by their names alone. */
class BoundedServeIT {
    private static final List<String> LANES = List.of("interactive", "tenant-a", "bulk");
    private static final int QUESTIONS_A_LANE = 8;

    @TempDir Path directory;

    @Test
    void answersTheBacklogOfEveryLaneAndEnds() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"), Ports.ANY);
                EmbeddedRegistry registry =
                        EmbeddedRegistry.start(
                                RegistryHome.fromSystemProperty(),
                                directory.resolve("registry"),
                                Ports.ANY)) {
            Cluster cluster =
                    new Cluster(
                            broker.bootstrapServers(),
                            RegistrySettings.of(registry.url()),
                            Map.of());
            createTopics(cluster);
            try (VqaClient client = VqaClient.connect(cluster)) {
                sendBacklog(client);

                CommandRun run =
                        CommandRun.of(
                                "serve",
                                "--bounded",
                                "--lanes",
                                String.join(",", LANES),
                                "--bootstrap-servers",
                                cluster.bootstrapServers(),
                                "--schema-registry-url",
                                cluster.registry().url(),
                                "--data",
                                directory.resolve("data").toString());

                assertThat(run.exitCode()).as(run.err()).isZero();
                assertThat(run.out())
                        .contains("done: ")
                        .containsPattern(
                                "(?m)^slots: 8 of \\d+ positions; weights f32; memory \\d+\\.\\d GiB \\(weights ");
                Map<String, Reply> replies = new HashMap<>();
                for (List<Reply> more = client.poll(Duration.ofSeconds(5));
                        !more.isEmpty();
                        more = client.poll(Duration.ofSeconds(1))) {
                    more.forEach(
                            reply -> assertThat(replies.put(reply.requestId(), reply)).isNull());
                }
                assertThat(replies).hasSize(QUESTIONS_A_LANE * LANES.size());
                assertThat(replies.values())
                        .allSatisfy(reply -> assertThat(reply).isInstanceOf(Reply.Answered.class));
            }
        }
    }

    private static void createTopics(Cluster cluster) throws Exception {
        CommandRun created =
                CommandRun.of(
                        "topics",
                        "create",
                        "--bootstrap-servers",
                        cluster.bootstrapServers(),
                        "--lanes",
                        String.join(",", LANES));
        assertThat(created.exitCode()).as(created.err()).isZero();
        try (var client = cluster.registry().newClient()) {
            SchemaRegistration.register(client, Topics.all(LANES));
        }
    }

    private static void sendBacklog(VqaClient client) {
        Scenes scenes = Scenes.in(Home.scenes());
        List<SceneQuestion> known =
                scenes.questions().stream().filter(scene -> scene.answer().isPresent()).toList();
        for (int i = 0; i < QUESTIONS_A_LANE; i++) {
            SceneQuestion scene = known.get(i);
            ByteBuffer image = ByteBuffer.wrap(scenes.imageOf(scene));
            for (String lane : LANES) {
                client.send(
                        lane,
                        Question.newBuilder()
                                .setRequestId(lane + "-" + i)
                                .setText(scene.question())
                                .setImages(
                                        List.of(
                                                ImageSource.newBuilder()
                                                        .setData(image.duplicate())
                                                        .build()))
                                .build());
            }
        }
    }
}
