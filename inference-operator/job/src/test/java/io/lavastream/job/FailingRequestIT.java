package io.lavastream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.InferenceEngine;
import io.lavastream.engine.runtime.FaultyEngine;
import io.lavastream.job.JobConfig.Checkpoints;
import io.lavastream.job.JobConfig.Lane;
import io.lavastream.schemas.Answer;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A request under which the model fails, in the midst of others: the real engine in the real job. */
class FailingRequestIT {
    private static final String LANE = "failing";

    /** Behind the prompts of short questions, before that of a long one. */
    private static final int FATAL_POSITION = 150;

    private static final AtomicInteger FAULTS = new AtomicInteger();

    @TempDir Path checkpoints;

    private record Supplier(String model) implements EngineSupplier {
        @Override
        public InferenceEngine open() {
            return FaultyEngine.open(config(), FATAL_POSITION, FAULTS);
        }

        EngineConfig config() {
            return EngineConfig.defaults(Path.of(model)).withLanes(List.of(LANE)).withThreads(1);
        }
    }

    @Test
    void isTriedAgainAloneThenFailsAndItsNeighboursAreAnswered() {
        Supplier supplier = new Supplier("../../deploy/models/scenes-llava");
        try (TestTopics topics = new TestTopics(LANE);
                InferenceJob job =
                        InferenceJob.start(
                                JobConfig.of(
                                                topics.kafka().bootstrapServers(),
                                                TestTopics.REGISTRY.url(),
                                                List.of(new Lane(LANE, 8)),
                                                checkpoints)
                                        .withCheckpoints(
                                                new Checkpoints(
                                                        checkpoints.toUri(),
                                                        Duration.ofHours(1),
                                                        3)),
                                supplier)) {
            job.awaitRunning(Duration.ofMinutes(2));
            for (int i = 0; i < 3; i++) {
                topics.request(LANE, Samples.request("before-" + i, "What is this?"));
            }
            topics.request(LANE, Samples.request("failing", "Why? ".repeat(80)));
            for (int i = 0; i < 3; i++) {
                topics.request(LANE, Samples.request("after-" + i, "What is that?"));
            }

            Map<String, Object> results =
                    topics.outcomes(LANE, 7).stream()
                            .collect(Collectors.toMap(Outcome::getRequestId, Outcome::getResult));

            Failure failure = (Failure) results.remove("failing");
            assertThat(failure.getCode()).isEqualTo(FailureCode.INTERNAL);
            assertThat(failure.getRetryable()).isTrue();
            assertThat(failure.getDetail())
                    .startsWith("the model failed twice")
                    .contains("failed on purpose");
            assertThat(FAULTS).hasValueGreaterThanOrEqualTo(2);
            assertThat(results).hasSize(6);
            assertThat(results.values()).hasOnlyElementsOfType(Answer.class);
            assertThat(job.restarts()).isZero();
        }
    }
}
