package io.lavastream.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PollWaitTest {
    private static final Duration ASKED = Duration.ofMillis(5);
    private static final long NOW = 1_000_000;

    private final NextRing ring = new NextRing();
    private final PollWait wait = new PollWait(() -> Instant.ofEpochMilli(NOW), ring);
    private final MockProcessorContext<Void, Void> context = new MockProcessorContext<>();
    private final Alarm alarm =
            new Alarm(
                    context,
                    () -> Instant.ofEpochMilli(NOW),
                    Duration.ofMillis(1),
                    now -> {},
                    ring);

    @BeforeEach
    void nothingIsDue() {
        alarm.close();
    }

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

        assertThat(wait.next(ASKED)).isEqualTo(PollWait.LONGEST);
        nothingComes(1000);
        assertThat(wait.next(ASKED)).isEqualTo(PollWait.LONGEST);
    }

    @Test
    void waitsUntilAnAlarmRingsAndAsAskedWhereItShouldHaveRung() {
        nothingComes(PollWait.SHORT_POLLS);

        alarm.set(NOW + 70);
        assertThat(wait.next(ASKED)).isEqualTo(Duration.ofMillis(70));
        alarm.set(NOW);
        assertThat(wait.next(ASKED)).isEqualTo(ASKED);
        alarm.close();
        assertThat(wait.next(ASKED)).isEqualTo(PollWait.LONGEST);
    }

    @Test
    void waitsAsAskedAgainOnceAnAlarmHasRung() {
        nothingComes(PollWait.SHORT_POLLS);

        context.scheduledPunctuators().get(0).getPunctuator().punctuate(NOW);

        assertThat(wait.next(ASKED)).isEqualTo(ASKED);
        alarm.close();
        nothingComes(PollWait.SHORT_POLLS);
        assertThat(wait.next(ASKED)).isEqualTo(PollWait.LONGEST);
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
