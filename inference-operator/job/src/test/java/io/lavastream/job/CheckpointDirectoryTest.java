package io.lavastream.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
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
}
