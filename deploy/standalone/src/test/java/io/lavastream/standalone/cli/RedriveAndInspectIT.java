package io.lavastream.standalone.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lavastream.schemas.ImageSource;
import io.lavastream.schemas.Question;
import io.lavastream.standalone.IngestOnBroker;
import io.lavastream.standalone.ScriptedJob;
import io.lavastream.standalone.client.Cluster;
import io.lavastream.standalone.client.Reply;
import io.lavastream.standalone.client.VqaClient;
import io.lavastream.topics.Topics;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lavastream redrive} and {@code lavastream inspect} on a real broker, with the real ingest. */
class RedriveAndInspectIT {
    private static final String LANE = "again";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir Path directory;

    @Test
    void sendsAgainWhatFailedAndShowsWhereItIs() throws Exception {
        try (IngestOnBroker ingest = IngestOnBroker.start(directory, LANE);
                ScriptedJob job = ScriptedJob.start(ingest.cluster(), LANE);
                VqaClient client = VqaClient.connect(ingest.cluster())) {
            Cluster cluster = ingest.cluster();
            client.send(LANE, question("inline", "fail", "bytes of an image"));
            client.send(LANE, question("plain", "fail"));
            client.send(LANE, question("refused", ""));
            client.send(LANE, question("open", "hold"));
            replies(client, 3);
            assertThatThrownBy(() -> client.send(LANE, question("large", "x", "y".repeat(9 << 20))))
                    .hasMessageContaining(
                            "(expected: at most 8388608; larger images by their address)");

            CommandRun dry = run(cluster, "redrive", "--dry-run");
            assertThat(dry.exitCode()).as(dry.err()).isZero();
            assertThat(dry.out().lines())
                    .hasSize(2)
                    .allMatch(line -> line.endsWith("-> again attempt 2"));
            assertThat(dry.err()).contains("2 would be sent, 0 cannot be sent");

            CommandRun refused = run(cluster, "redrive", "--code", "EMPTY_QUESTION");
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.out())
                    .contains("refused attempt 1", "the question itself was refused");

            CommandRun sent = run(cluster, "redrive", "--code", "INTERNAL", "--since", "1h");
            assertThat(sent.exitCode()).as(sent.err()).isZero();
            Map<String, Reply> again = replies(client, 2);
            assertThat(again.keySet()).containsExactlyInAnyOrder("inline", "plain");
            assertThat(again.values())
                    .allSatisfy(
                            reply ->
                                    assertThat(((Reply.Answered) reply).answer().getAttempt())
                                            .isEqualTo(2));

            // What was answered since is settled.
            assertThat(run(cluster, "redrive").err()).contains("0 sent, 0 cannot be sent");

            answeredRequestIsShown(cluster);
            openRequestIsShown(cluster);
            assertThat(run(cluster, "inspect", "--lanes", LANE, "nobody").exitCode()).isEqualTo(1);
            assertThat(job).isNotNull();
        }
    }

    @Test
    void anInlineImageThatIsGoneSaysSo() throws Exception {
        try (IngestOnBroker ingest = IngestOnBroker.start(directory, LANE);
                ScriptedJob job = ScriptedJob.start(ingest.cluster(), LANE);
                VqaClient client = VqaClient.connect(ingest.cluster())) {
            client.send(LANE, question("inline", "fail", "bytes of an image"));
            client.send(LANE, question("plain", "fail"));
            replies(client, 2);
            deleteQuestions(ingest.cluster());

            CommandRun sent = run(ingest.cluster(), "redrive", "--limit", "5");

            assertThat(sent.exitCode()).isEqualTo(1);
            assertThat(sent.out())
                    .containsPattern("inline attempt 1 .* not sent: IMAGE_EXPIRED: ")
                    .contains("-> again attempt 2");
            assertThat(replies(client, 1)).containsOnlyKeys("plain");
            JsonNode trace = inspect(ingest.cluster(), "inline").get(0);
            assertThat(trace.at("/records/0/event").textValue()).isEqualTo("sent");
            assertThat(trace.at("/records/0").has("time")).isFalse();
            assertThat(job).isNotNull();
        }
    }

    private static void answeredRequestIsShown(Cluster cluster) throws Exception {
        List<JsonNode> traces = inspect(cluster, "inline");
        assertThat(traces)
                .extracting(trace -> trace.get("attempt").intValue())
                .containsExactly(1, 2);
        assertThat(traces.get(0).at("/outcomes/0/failure/code").textValue()).isEqualTo("INTERNAL");
        assertThat(traces.get(0).at("/gates/again/failure").textValue()).isEqualTo("INTERNAL");
        assertThat(traces.get(1).at("/gates/again/state").textValue()).isEqualTo("CLOSED");
        assertThat(traces.get(1).at("/outcomes/0/answer").textValue()).isEqualTo("answer to fail");
        assertThat(traces.get(1).get("records"))
                .extracting(record -> record.get("event").textValue())
                .containsExactly(
                        "sent", "admitted", "dispatched", "outcome of the job", "answered");

        String text = run(cluster, "inspect", "--lanes", LANE, "inline").out();
        assertThat(text)
                .contains("request inline, attempt 1", "request inline, attempt 2")
                .contains("gate of again: closed by INTERNAL, remembered until ")
                .contains("gate of again: closed by an answer, remembered until ")
                .contains("failure: INTERNAL at INFERENCE, retryable, tried 1 x: failed on purpose")
                .contains("answer: answer to fail");
    }

    private static void openRequestIsShown(Cluster cluster) throws Exception {
        JsonNode trace = inspect(cluster, "open").get(0);
        assertThat(trace.at("/gates/again/state").textValue()).isEqualTo("DISPATCHED");
        assertThat(trace.get("outcomes")).isEmpty();
        assertThat(trace.at("/notes/0").textValue())
                .isEqualTo("the job has taken no checkpoint of this partition yet");
    }

    private static List<JsonNode> inspect(Cluster cluster, String id) throws Exception {
        CommandRun run = run(cluster, "inspect", "--lanes", LANE, "--json", id);
        assertThat(run.exitCode()).as(run.err()).isZero();
        List<JsonNode> traces = new ArrayList<>();
        for (String line : run.out().lines().toList()) {
            traces.add(new ObjectMapper().readTree(line));
        }
        return traces;
    }

    private static CommandRun run(Cluster cluster, String command, String... arguments) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                command,
                                "--bootstrap-servers",
                                cluster.bootstrapServers(),
                                "--schema-registry-url",
                                cluster.registry().url()));
        all.addAll(List.of(arguments));
        return CommandRun.of(all.toArray(String[]::new));
    }

    private static Question question(String id, String text, String... images) {
        return Question.newBuilder()
                .setRequestId(id)
                .setText(text)
                .setImages(
                        List.of(images).stream()
                                .map(
                                        image ->
                                                ImageSource.newBuilder()
                                                        .setData(
                                                                ByteBuffer.wrap(
                                                                        image.getBytes(UTF_8)))
                                                        .build())
                                .toList())
                .build();
    }

    private static Map<String, Reply> replies(VqaClient client, int count) {
        Map<String, Reply> replies = new HashMap<>();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (replies.size() < count) {
            assertThat(System.nanoTime() - end).as("%s of %d", replies, count).isNegative();
            for (Reply reply : client.poll(Duration.ofMillis(100))) {
                assertThat(replies.put(reply.requestId(), reply)).isNull();
            }
        }
        return replies;
    }

    /** As retention does. */
    private static void deleteQuestions(Cluster cluster) throws Exception {
        String topic = Topics.questions(LANE).name();
        try (Admin admin = Admin.create(cluster.clientConfig())) {
            Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
            for (int partition = 0; partition < 2; partition++) {
                // -1: up to the end.
                all.put(new TopicPartition(topic, partition), RecordsToDelete.beforeOffset(-1));
            }
            admin.deleteRecords(all).all().get();
        }
    }
}
