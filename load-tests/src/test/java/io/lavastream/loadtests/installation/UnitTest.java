package io.lavastream.loadtests.installation;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.standalone.service.Role;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnitTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static Unit start() {
        return Unit.start(Role.JOB, new ProcessBuilder("sh", "-c", "echo ready; exec sleep 1000"));
    }

    @Test
    void startsAgainWhatWasKilled() throws Exception {
        try (Unit unit = start()) {
            assertThat(unit.awaitReady(PATIENCE)).isTrue();
            ProcessHandle first = unit.process();

            unit.kill();

            assertThat(unit.awaitReady(PATIENCE)).isTrue();
            assertThat(unit.process().pid()).isNotEqualTo(first.pid());
            assertThat(unit.restarts()).isEqualTo(1);
            assertThat(first.isAlive()).isFalse();
        }
    }

    @Test
    void leavesDownWhatIsHeldAndEndsItsProcessAtLast() throws Exception {
        ProcessHandle last;
        try (Unit unit = start()) {
            assertThat(unit.awaitReady(PATIENCE)).isTrue();

            unit.hold();

            assertThat(unit.process().isAlive()).isFalse();
            assertThat(unit.awaitReady(Duration.ofSeconds(3))).isFalse();
            unit.release();
            assertThat(unit.awaitReady(PATIENCE)).isTrue();
            last = unit.process();
            Signals.pause(last);
        }
        assertThat(last.isAlive()).isFalse();
    }

    @Test
    void replacesWhatRunsAndStartsTheOtherAgainWhenItIsKilled(@TempDir Path directory)
            throws Exception {
        Path starts = directory.resolve("starts");
        String other = "echo other >> \"$0\"; echo ready; exec sleep 1000";
        try (Unit unit = start()) {
            assertThat(unit.awaitReady(PATIENCE)).isTrue();
            ProcessHandle first = unit.process();

            unit.replace(new ProcessBuilder("sh", "-c", other, starts.toString()));

            assertThat(first.isAlive()).isFalse();
            assertThat(unit.awaitReady(PATIENCE)).isTrue();
            assertThat(starts).hasContent("other");
            unit.kill();
            assertThat(unit.awaitReady(PATIENCE)).isTrue();
            assertThat(starts).hasContent("other%nother".formatted());
        }
    }

    /** Ends with its input like every process of ours, at once; when it is asked to, in order, which takes it a second. */
    private static final String WATCHFUL =
            "exec 3<&0; trap 'sleep 1; echo in order > \"$0\"; exit 0' TERM; echo ready; (cat <&3 >/dev/null; kill -9 $$) & wait";

    @Test
    void stopsInOrder(@TempDir Path directory) throws Exception {
        Path note = directory.resolve("note");
        try (Unit unit =
                Unit.start(Role.JOB, new ProcessBuilder("bash", "-c", WATCHFUL, note.toString()))) {
            assertThat(unit.awaitReady(PATIENCE)).isTrue();

            unit.replace(new ProcessBuilder("sh", "-c", "echo ready; exec sleep 1000"));

            assertThat(note).hasContent("in order");
        }
    }
}
