package io.lavastream.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointDirectoryTest {
    @TempDir Path directory;

    @Test
    void aSecondHolderIsRefusedUntilTheFirstCloses() {
        try (CheckpointDirectory first = CheckpointDirectory.hold(directory)) {
            assertThat(first.newest()).isEmpty();
            assertThatThrownBy(() -> CheckpointDirectory.hold(directory))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(directory + " is in use by another job");
        }
        CheckpointDirectory.hold(directory).close();
    }

    @Test
    void whatCannotBeReadIsNoCheckpoint() throws Exception {
        Files.createDirectories(directory.resolve("job/chk-7"));
        Path garbage = Files.createDirectories(directory.resolve("job/chk-8"));
        Files.writeString(garbage.resolve("_metadata"), "garbage");
        Files.createDirectories(directory.resolve("job/shared"));

        try (CheckpointDirectory checkpoints = CheckpointDirectory.hold(directory)) {
            assertThat(checkpoints.newest()).isEmpty();
            checkpoints.prune(1);
        }
        assertThat(garbage).exists();
    }

    @Test
    void theHighestNumberIsTheNewestOverAllJobs() throws Exception {
        Path older = checkpoint("job-b", 9);
        Path newest = checkpoint("job-a", 10);
        Files.setLastModifiedTime(newest.resolve("_metadata"), FileTime.fromMillis(0));

        try (CheckpointDirectory checkpoints = CheckpointDirectory.hold(directory)) {
            assertThat(checkpoints.newest().orElseThrow().path()).isEqualTo(newest);
            Files.write(newest.resolve("_metadata"), new byte[] {1});
            assertThat(checkpoints.newest().orElseThrow().path()).isEqualTo(older);
        }
    }

    @Test
    void keepsTheNewestReadableOnes() throws Exception {
        Path first = checkpoint("job-a", 1);
        Path second = checkpoint("job-a", 2);
        Path third = checkpoint("job-b", 3);
        Path broken = Files.createDirectories(directory.resolve("job-b/chk-4"));

        try (CheckpointDirectory checkpoints = CheckpointDirectory.hold(directory)) {
            checkpoints.prune(2);
        }

        assertThat(first).doesNotExist();
        assertThat(second).exists();
        assertThat(third).exists();
        assertThat(broken).exists();
    }

    @Test
    void earlierJobsCheckpointsGoWhenTheRunningJobHasMadeAsMany() throws Exception {
        Path restored = checkpoint("earlier", 3);
        Path before = checkpoint("earlier", 2);
        checkpoint("running", 4);

        try (CheckpointDirectory checkpoints = CheckpointDirectory.hold(directory)) {
            Files.createDirectories(directory.resolve("running/chk-5")); // In progress.
            assertThat(checkpoints.pruneOthers("running", 2)).isTrue();
            assertThat(restored).exists();
            assertThat(before).doesNotExist();

            try (EarlierCheckpoints earlier =
                    EarlierCheckpoints.deleteWhenReplaced(
                            checkpoints, "running", 2, Duration.ofMillis(1))) {
                checkpoint("running", 5);
                assertThat(earlier.awaitEnd(Duration.ofMinutes(1))).isTrue();
            }
        }

        assertThat(restored).doesNotExist();
        assertThat(directory.resolve("running/chk-4")).exists();
    }

    private Path checkpoint(String job, long number) throws IOException {
        Path path = Files.createDirectories(directory.resolve(job).resolve("chk-" + number));
        try (OutputStream output = Files.newOutputStream(path.resolve("_metadata"))) {
            Checkpoints.storeCheckpointMetadata(
                    new CheckpointMetadata(number, List.of(), List.of()), output);
        }
        return path;
    }
}
