package io.lavastream.loadtests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FlatnessStageTest {
    @Test
    void whatGrowsInTheBeginningOnlyIsFlat() {
        assertThat(
                        FlatnessStage.growth(
                                List.of(1.0, 50.0, 90.0, 91.0, 90.0, 90.0, 89.0, 95.0, 90.0, 90.0)))
                .isEqualTo(-0.5);
    }

    @Test
    void whatGoesOnGrowingIsNot() {
        assertThat(FlatnessStage.growth(List.of(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0)))
                .isEqualTo(6);
    }
}
