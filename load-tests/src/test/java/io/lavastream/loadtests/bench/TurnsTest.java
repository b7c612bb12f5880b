package io.lavastream.loadtests.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private final List<String> done = new ArrayList<>();

    @Test
    void theFloorIsMeasuredBeforeAndBehindOurTimeInEachTurn() {
        Turns turns =
                Turns.take(
                        2,
                        1,
                        Optional.of(floor()),
                        () -> done.add("ours"),
                        Optional.of(() -> done.add("peer")));

        assertThat(done)
                .containsExactly(
                        "begin", "floor", "ours", "floor", "peer", "begin", "floor", "ours",
                        "floor", "peer");
        assertThat(turns.floorRatio()).hasValueCloseTo(turns.ours(), within(1e-3));
        assertThat(turns.peer()).isPresent();
    }

    @Test
    void whatIsShortIsDoneOnceMoreBeforeItIsTimed() {
        Turns turns = Turns.take(1, 2, Optional.empty(), () -> done.add("ours"), Optional.empty());

        assertThat(done).containsExactly("ours", "ours", "ours");
        assertThat(turns.floorRatio()).isEmpty();
        assertThat(turns.ratio()).isEmpty();
    }

    /** One that takes a second. */
    private Turns.Floor floor() {
        return new Turns.Floor() {
            @Override
            public void begin() {
                done.add("begin");
            }

            @Override
            public void measure() {
                done.add("floor");
            }

            @Override
            public double seconds() {
                return 1;
            }
        };
    }
}
