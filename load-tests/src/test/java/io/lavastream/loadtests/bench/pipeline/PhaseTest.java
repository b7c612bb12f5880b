package io.lavastream.loadtests.bench.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PhaseTest {
    private static final long MILLI = 1_000_000;

    private final Phase phase = new Phase("some-phase");

    @Test
    void latencyRunsFromTheIntendedMoment() {
        phase.asked(0, 100 * MILLI);
        phase.asked(1, 100 * MILLI);
        phase.seen(phase.id(0), null, 130 * MILLI);
        phase.seen(phase.id(1), null, 190 * MILLI);

        assertThat(phase.latency(0)).isEqualTo(30);
        assertThat(phase.latency(100)).isEqualTo(90);
        assertThat(phase.answered()).isEqualTo(2);
        assertThat(phase.answeredBetween(130 * MILLI, 190 * MILLI)).isEqualTo(1);
    }

    @Test
    void whatHasNoOutcomeIsOpenAndWhatHasTwoIsRepeated() throws Exception {
        phase.asked(0, 0);
        phase.asked(1, 0);
        phase.asked(2, 0);
        phase.seen(phase.id(0), null, MILLI);
        phase.seen(phase.id(0), null, MILLI);
        phase.seen(phase.id(2), "IMAGE_UNREADABLE", MILLI);

        assertThat(phase.open()).isEqualTo(1);
        assertThat(phase.repeated()).isEqualTo(1);
        assertThat(phase.failures()).isEqualTo(Map.of("IMAGE_UNREADABLE", 1));
        assertThat(phase.awaitOpenAtMost(1, Duration.ZERO)).isTrue();
        assertThat(phase.awaitOpenAtMost(0, Duration.ZERO)).isFalse();
    }

    @Test
    void anIdTellsItsPhase() {
        assertThat(Phase.nameIn(phase.id(17))).isEqualTo("some-phase");
        assertThat(Phase.nameIn("anything")).isEmpty();
    }
}
