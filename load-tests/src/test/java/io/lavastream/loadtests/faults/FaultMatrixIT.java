package io.lavastream.loadtests.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.loadtests.installation.Installation;
import io.lavastream.loadtests.installation.Layout;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three rounds of the fault matrix; {@code lavastream faults} runs more of them. */
class FaultMatrixIT {
    private static final long SEED = 1;
    private static final int ROUNDS = 3;
    private static final double PER_SECOND = 5;

    /** Those that are over within seconds, so that a build does not wait for the broker's time limits. */
    private static final List<Fault> QUICK =
            List.of(
                    Fault.INGEST_WITHOUT_REGISTRY,
                    Fault.KILL_JOB,
                    Fault.KILL_BROKER,
                    Fault.PAUSE_REGISTRY,
                    Fault.FULL_DISK_OF_JOB,
                    Fault.NEWEST_CHECKPOINT_CORRUPT);

    @Test
    void nothingIsLostOrDoubledInThreeRounds(@TempDir Path directory) throws Exception {
        FaultRun.Settings settings = new FaultRun.Settings(SEED, PER_SECOND);
        FaultRun.Report report;
        try (Installation installation = Installation.start(directory, Layout.small())) {
            List<Fault> faults = FaultRun.permitted(QUICK, installation, System.out::println);
            Plan plan = Plan.of(SEED, ROUNDS, faults);
            System.out.println(ResultTable.HEAD);
            report =
                    FaultRun.run(
                            settings,
                            installation,
                            plan,
                            result -> System.out.println(ResultTable.line(result, Long.MAX_VALUE)));
        }

        assertThat(report.lost()).isZero();
        assertThat(report.doubled()).isZero();
        assertThat(report.deadLetters()).isFalse();
        // How fast it recovers depends on what else the machine does.
        assertThat(report.rounds())
                .hasSize(ROUNDS)
                .allSatisfy(
                        round -> {
                            assertThat(round.sent()).isPositive();
                            assertThat(round.holds(Long.MAX_VALUE)).as("%s", round).isTrue();
                        });
    }
}
