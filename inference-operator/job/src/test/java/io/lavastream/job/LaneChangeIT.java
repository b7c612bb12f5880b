package io.lavastream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.job.JobConfig.Checkpoints;
import io.lavastream.job.JobConfig.Lane;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service is started again with other lanes than its checkpoints know. */
class LaneChangeIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir Path checkpoints;

    @Test
    void goesOnWithoutALaneThatWasTakenAway() {
        FakeEngine.Supplier supplier = new FakeEngine.Supplier("lane-change");
        supplier.install(8);
        try (TestTopics topics = new TestTopics("kept", "dropped")) {
            try (InferenceJob job =
                    InferenceJob.start(config(topics, "kept", "dropped"), supplier)) {
                job.awaitRunning(PATIENCE);
                topics.request("kept", Samples.request("before", "what"));
                topics.request("dropped", Samples.request("other", "what"));
                topics.outcomes("kept", 1);
                topics.outcomes("dropped", 1);
                job.checkpoint(PATIENCE);
            }

            JobConfig fewer = config(topics, "kept");
            assertThat(UnservedLanes.of(checkpoint(), fewer)).containsExactly("dropped");
            FakeEngine second = supplier.install(8);
            try (InferenceJob job = InferenceJob.start(fewer, supplier)) {
                job.awaitRunning(PATIENCE);
                topics.request("kept", Samples.request("after", "what"));
                topics.outcomes("kept", 2);
            }
            assertThat(second.closed).isTrue();
        }
    }

    private URI checkpoint() {
        try (CheckpointDirectory directory = CheckpointDirectory.hold(checkpoints)) {
            return directory.newest().orElseThrow().path().toUri();
        }
    }

    private JobConfig config(TestTopics topics, String... lanes) {
        return JobConfig.of(
                        topics.kafka().bootstrapServers(),
                        TestTopics.REGISTRY.url(),
                        Arrays.stream(lanes).map(lane -> new Lane(lane, 4)).toList(),
                        checkpoints)
                // The test takes its own.
                .withCheckpoints(new Checkpoints(checkpoints.toUri(), Duration.ofHours(1), 3));
    }
}
