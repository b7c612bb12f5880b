package io.lavastream.engine.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class StallBudgetTest {
    private static final long MILLI = 1_000_000;

    private final StallBudget budget =
            new StallBudget(
                    new SchedulerSettings(
                            List.of(100),
                            0,
                            new PieceTimes(
                                    List.of(),
                                    List.of(new PieceTimes.Chunk(10, Duration.ofMillis(10), 0)),
                                    0),
                            Duration.ofMillis(300),
                            Duration.ofMillis(300)));

    @Test
    void leavesSomethingForPiecesThatTakeLongerThanMeasured() {
        assertThat(allowed() * 5 / 4).isLessThan(300 * MILLI);
    }

    @Test
    void leavesSomethingToTheStepBehindThePieces() {
        long most = budget.of(0, true, true, 1).nanos();

        budget.spend(0, 240 * MILLI);

        assertThat(budget.of(0, true, true, 1).isUsedUp()).isTrue();
        assertThat(most * 1.35).isGreaterThan(239 * MILLI);
    }

    @Test
    void believesAPieceThatTookTooLongSoonerThanThoseThatDidNot() {
        long usual = allowed();

        budget.learn(100 * MILLI, 200 * MILLI);
        long alarmed = allowed();
        budget.learn(100 * MILLI, 100 * MILLI);
        long calmer = allowed();

        assertThat(usual - alarmed).isGreaterThan(3 * (calmer - alarmed));
        assertThat(calmer).isGreaterThan(alarmed);
    }

    @Test
    void forgetsASlowMomentInTheEnd() {
        long usual = allowed();

        budget.learn(100 * MILLI, 400 * MILLI);
        for (int i = 0; i < 60; i++) {
            budget.learn(100 * MILLI, 90 * MILLI);
        }

        assertThat(allowed()).isGreaterThan(usual * 99 / 100);
    }

    @Test
    void doesNotMindAShortPieceThatTookManyTimesAsLong() {
        long usual = allowed();

        budget.learn(MILLI / 5, 2 * MILLI);

        assertThat(allowed()).isEqualTo(usual);
    }

    @Test
    void allowsLessBesideWhatIsKnownToCompute() {
        assertThat(budget.of(0, true, true, 2).nanos()).isEqualTo(allowed() / 2);
    }

    private long allowed() {
        return budget.of(0, true, true, 1).nanos();
    }
}
