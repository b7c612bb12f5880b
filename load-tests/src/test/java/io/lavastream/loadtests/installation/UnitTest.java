package io.lavastream.loadtests.installation;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.standalone.service.Role;
import java.time.Duration;
import org.junit.jupiter.api.Test;

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
    void replacesWhatRunsAndStartsTheOtherAgainWhenItIsKilled() throws Exception {
        try (Unit unit = start()) {
            assertThat(unit.awaitReady(PATIENCE)).isTrue();
            ProcessHandle first = unit.process();

            unit.replace(new ProcessBuilder("sh", "-c", "echo ready; exec sleep 2000"));

            assertThat(first.isAlive()).isFalse();
            assertThat(unit.awaitReady(PATIENCE)).isTrue();
            assertThat(unit.process().info().commandLine().orElse("")).contains("2000");
            unit.kill();
            assertThat(unit.awaitReady(PATIENCE)).isTrue();
            assertThat(unit.process().info().commandLine().orElse("")).contains("2000");
        }
    }
}
