package io.lavastream.job;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.GenerationRequest;
import io.lavastream.job.JobConfig.Checkpoints;
import io.lavastream.job.JobConfig.Lane;
import io.lavastream.schemas.Answer;
import io.lavastream.schemas.InferenceRequest;
import io.lavastream.schemas.Outcome;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A checkpoint that an earlier version wrote, commit {@code b062aca}, in whose {@code InferenceRequest} questions had no
 * system text, answers could not be constrained, and sampling had neither min-p nor repetition penalty nor
 * log-probabilities. Its lane {@code recorded} had answered one request and held two: {@code open-1}, with an
 * attribute, and {@code open-2}.
 */
class EarlierCheckpointIT {
    private static final String LANE = "recorded";
    private static final String RECORDED = "/checkpoints/before-constrained-answers/_metadata";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir Path checkpoints;

    @Test
    void isRestoredWithTheRequestsThatWereInProgress() throws Exception {
        copyTheRecordedOne();
        FakeEngine.Supplier supplier = new FakeEngine.Supplier("earlier");
        FakeEngine engine = supplier.install(8);
        try (TestTopics topics = new TestTopics(LANE);
                InferenceJob job = InferenceJob.start(config(topics), supplier)) {
            job.awaitRunning(PATIENCE);
            await(engine);
            engine.release("open-1");
            engine.release("open-2");

            Map<String, Answer> answers = new HashMap<>();
            for (Outcome outcome : topics.outcomes(LANE, 2)) {
                answers.put(outcome.getRequestId(), (Answer) outcome.getResult());
            }

            assertThat(answers).containsOnlyKeys("open-1", "open-2");
            assertThat(answers.get("open-1").getAttributes())
                    .containsExactly(Map.entry("tenant", "a"));
            assertThat(engine.submitted)
                    .allSatisfy(request -> assertThat(request.system()).isEmpty())
                    .extracting(GenerationRequest::id)
                    .containsExactlyInAnyOrder("open-1", "open-2");
            assertThat(job.restarts()).isZero();
        }
    }

    private void copyTheRecordedOne() throws Exception {
        byte[] metadata;
        try (InputStream file = getClass().getResourceAsStream(RECORDED)) {
            metadata = file.readAllBytes();
        }
        assertThat(InferenceRequest.getClassSchema().toString()).contains("\"constrained\"");
        assertThat(new String(metadata, ISO_8859_1))
                .contains("\"name\":\"InferenceRequest\"")
                .doesNotContain("\"constrained\"");
        Path checkpoint =
                Files.createDirectories(checkpoints.resolve("0".repeat(32)).resolve("chk-2"));
        Files.write(checkpoint.resolve("_metadata"), metadata);
    }

    private JobConfig config(TestTopics topics) {
        return JobConfig.of(
                        topics.kafka().bootstrapServers(),
                        TestTopics.REGISTRY.url(),
                        List.of(new Lane(LANE, 4)),
                        checkpoints)
                .withCheckpoints(new Checkpoints(checkpoints.toUri(), Duration.ofHours(1), 3));
    }

    private static void await(FakeEngine engine) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!(engine.holds("open-1") && engine.holds("open-2"))) {
            assertThat(System.nanoTime() - end).as("patience").isNegative();
            Thread.onSpinWait();
        }
    }
}
