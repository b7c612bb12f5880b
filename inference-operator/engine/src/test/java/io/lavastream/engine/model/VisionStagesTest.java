package io.lavastream.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class VisionStagesTest {
    @Test
    void groupsLayersEvenlyAndKeepsEachStageWithinTheLimit() {
        VisionStages stages = VisionStages.within(300, 24, times(70, 20));

        assertThat(stages.bounds()).containsExactly(0, 3, 7, 11, 15, 19, 24);
        assertThat(stages.times(times(70, 20))).allMatch(time -> time.toNanos() <= 300);
    }

    @Test
    void givesAProjectorThatDoesNotFitAStageOfItsOwn() {
        VisionStages stages = VisionStages.within(100, 4, times(50, 90));

        assertThat(stages.bounds()).containsExactly(0, 1, 3, 4);
        assertThat(stages.times(times(50, 90)))
                .containsExactly(Duration.ofNanos(50), Duration.ofNanos(100), Duration.ofNanos(90));
    }

    @Test
    void takesLayersOneByOneWhereEvenOneIsTooLong() {
        assertThat(VisionStages.within(10, 4, times(50, 90)).bounds())
                .containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void takesMoreOfThemTogetherWhereARunCostsSomethingBesides() {
        VisionStages.UnitTimes times = new VisionStages.UnitTimes(20, 30, 40);

        VisionStages stages = VisionStages.within(110, 7, times);

        assertThat(stages.bounds()).containsExactly(0, 3, 6, 7);
        assertThat(stages.times(times))
                .containsExactly(
                        Duration.ofNanos(110), Duration.ofNanos(110), Duration.ofNanos(40));
    }

    @Test
    void isOneStageWhereAllFits() {
        assertThat(VisionStages.within(1_000, 4, times(50, 90)).bounds()).containsExactly(0, 4);
        assertThat(VisionStages.within(10, 1, times(50, 90)).bounds()).containsExactly(0, 1);
    }

    private static VisionStages.UnitTimes times(long unit, long last) {
        return new VisionStages.UnitTimes(0, unit, last);
    }
}
