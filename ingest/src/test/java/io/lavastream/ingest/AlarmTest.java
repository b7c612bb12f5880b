package io.lavastream.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedPunctuator;
import org.junit.jupiter.api.Test;

class AlarmTest {
    private static final Duration SHORTEST = Duration.ofMillis(50);

    private final MockProcessorContext<Void, Void> context = new MockProcessorContext<>();
    private final List<Long> looks = new ArrayList<>();
    private long now = 1_000_000;
    private Alarm alarm;

    private void open() {
        alarm = new Alarm(context, () -> Instant.ofEpochMilli(now), SHORTEST, looks::add);
    }

    /** When it rings next, as Kafka Streams knows it: one punctuation at any time. */
    private CapturedPunctuator pending() {
        List<CapturedPunctuator> pending =
                context.scheduledPunctuators().stream()
                        .filter(punctuator -> !punctuator.cancelled())
                        .toList();
        assertThat(pending).hasSize(1);
        return pending.get(0);
    }

    private void ring() {
        CapturedPunctuator next = pending();
        now += next.getInterval().toMillis();
        next.getPunctuator().punctuate(now);
    }

    @Test
    void ringsSoonAfterTheStartAndThenOnceAMinute() {
        open();

        assertThat(pending().getInterval()).isEqualTo(SHORTEST);
        ring();
        assertThat(pending().getInterval()).isEqualTo(Alarm.LONGEST);
        ring();
        assertThat(looks).containsExactly(1_000_050L, 1_060_050L);
    }

    @Test
    void ringsAtTheEarliestMomentThatItWasSetTo() {
        open();
        ring();

        alarm.set(now + 30_000);
        alarm.set(now + 10_000);
        alarm.set(now + 20_000);

        assertThat(pending().getInterval()).isEqualTo(Duration.ofSeconds(10));
        ring();
        assertThat(looks).last().isEqualTo(now);
    }

    @Test
    void whatHasPassedRingsSoonAndNotAtOnceAgainAndAgain() {
        open();
        ring();

        alarm.set(0);

        assertThat(pending().getInterval()).isEqualTo(SHORTEST);
    }

    @Test
    void whatALookSetsWinsOverTheMinute() {
        Alarm[] itself = new Alarm[1];
        itself[0] =
                new Alarm(
                        context,
                        () -> Instant.ofEpochMilli(now),
                        SHORTEST,
                        at -> itself[0].set(at + 700));

        ring();

        assertThat(pending().getInterval()).isEqualTo(Duration.ofMillis(700));
    }

    @Test
    void isSetFromNowAlsoWhereTheContextsClockHasStoodStill() {
        open();
        ring();
        context.setCurrentSystemTimeMs(now - 60_000);

        alarm.set(now + 30_000);

        assertThat(pending().getInterval()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void isSetAnewAfterTheClockWasPutBack() {
        open();
        ring();
        now -= Duration.ofHours(1).toMillis();

        alarm.set(now + 5_000);
        assertThat(pending().getInterval()).isEqualTo(Duration.ofSeconds(5));

        ring();
        assertThat(looks).last().isEqualTo(now);
        assertThat(pending().getInterval()).isEqualTo(Alarm.LONGEST);
    }

    @Test
    void ringsNoMoreOnceClosed() {
        open();

        alarm.close();

        assertThat(context.scheduledPunctuators()).allMatch(CapturedPunctuator::cancelled);
    }
}
