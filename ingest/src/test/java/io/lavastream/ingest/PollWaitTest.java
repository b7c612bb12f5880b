package io.lavastream.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PollWaitTest {
    private static final Duration ASKED = Duration.ofMillis(5);

    private final PollWait wait = new PollWait();

    private void nothingComes(int polls) {
        for (int i = 0; i < polls; i++) {
            wait.polled(true);
        }
    }

    @Test
    void waitsAsAskedWhileACommitMayBeDue() {
        assertThat(wait.next(ASKED)).isEqualTo(ASKED);
        nothingComes(PollWait.SHORT_POLLS - 1);

        assertThat(wait.next(ASKED)).isEqualTo(ASKED);
    }

    @Test
    void waitsLongerWhereNothingHasComeForAWhile() {
        nothingComes(PollWait.SHORT_POLLS);

        assertThat(wait.next(ASKED)).isEqualTo(PollWait.IDLE);
        nothingComes(1000);
        assertThat(wait.next(ASKED)).isEqualTo(PollWait.IDLE);
    }

    @Test
    void waitsAsAskedAgainOnceSomethingCame() {
        nothingComes(PollWait.SHORT_POLLS);

        wait.polled(false);

        assertThat(wait.next(ASKED)).isEqualTo(ASKED);
    }

    @Test
    void neverWaitsWhereKafkaStreamsHasOtherWorkNorLessThanItAsks() {
        nothingComes(PollWait.SHORT_POLLS);

        assertThat(wait.next(Duration.ZERO)).isZero();
        assertThat(wait.next(Duration.ofSeconds(1))).isEqualTo(Duration.ofSeconds(1));
    }
}
