package io.lavastream.standalone.bounded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.schemas.Question;
import io.lavastream.standalone.IngestOnBroker;
import io.lavastream.standalone.ScriptedJob;
import io.lavastream.standalone.client.Reply;
import io.lavastream.standalone.client.VqaClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bounded run over the real ingest on a real broker. */
class BoundedRunIT {
    private static final String LANE = "bounded";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir Path directory;

    @Test
    void endsWithTheLastQuestionThatStoodThereAtItsStart() throws Exception {
        try (IngestOnBroker ingest = IngestOnBroker.start(directory, LANE);
                ScriptedJob job = ScriptedJob.start(ingest.cluster(), LANE);
                VqaClient client = VqaClient.connect(ingest.cluster())) {
            for (int i = 0; i < 20; i++) {
                client.send(LANE, question("answered-" + i, "what"));
            }
            client.send(LANE, question("refused", ""));
            client.send(LANE, question("open", "hold"));
            BoundedRun run = BoundedRun.of(ingest.cluster(), List.of(LANE));
            client.send(LANE, question("later", "hold"));
            CompletableFuture<Integer> end =
                    CompletableFuture.supplyAsync(() -> run.await(new CompletableFuture<>()));

            awaitReplies(client, 21);
            assertThatThrownBy(() -> end.get(3, TimeUnit.SECONDS))
                    .as("one is open")
                    .isInstanceOf(TimeoutException.class);
            job.release("open");

            assertThat(end).succeedsWithin(PATIENCE);
            assertThat(end.join()).isBetween(0, 22);
            // Nothing is open of what it would wait for: it ends at once, but for the one that came
            // later.
            job.release("later");
            awaitReplies(client, 2);
            assertThat(
                            BoundedRun.of(ingest.cluster(), List.of(LANE))
                                    .await(new CompletableFuture<>()))
                    .isZero();
        }
    }

    @Test
    void endsWhenTheServiceFails() throws Exception {
        try (IngestOnBroker ingest = IngestOnBroker.start(directory, LANE);
                VqaClient client = VqaClient.connect(ingest.cluster())) {
            client.send(LANE, question("nobody-works", "what"));
            BoundedRun run = BoundedRun.of(ingest.cluster(), List.of(LANE));

            assertThatThrownBy(
                            () ->
                                    run.await(
                                            CompletableFuture.failedFuture(
                                                    new IllegalStateException("no job"))))
                    .hasMessageContaining("no job");
        }
    }

    private static Question question(String id, String text) {
        return Question.newBuilder().setRequestId(id).setText(text).build();
    }

    private static void awaitReplies(VqaClient client, int count) {
        Set<String> ids = new HashSet<>();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (ids.size() < count) {
            assertThat(System.nanoTime() - end).as("%s of %d", ids, count).isNegative();
            client.poll(Duration.ofMillis(100)).stream().map(Reply::requestId).forEach(ids::add);
        }
    }
}
