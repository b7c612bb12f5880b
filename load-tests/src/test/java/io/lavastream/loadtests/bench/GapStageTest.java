package io.lavastream.loadtests.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class GapStageTest {
    private static final long MS = 1_000_000;

    @Test
    void aTokenWithoutTextDoesNotMakeOneGapOfTwo() {
        List<Long> every = List.of(0L, 10 * MS, 300 * MS, 590 * MS);
        List<Long> oneSilent = List.of(0L, 10 * MS, 591 * MS);

        Samples gaps = GapStage.gaps(List.of(every, oneSilent), 20 * MS);

        assertThat(gaps.max()).isEqualTo(290);
    }

    /** A listener that is told late does not cut the gap behind its token short. */
    @Test
    void aGapIsFromTheFirstThatIsToldOfAStepToTheFirstOfTheNext() {
        List<Long> first = List.of(0L, 300 * MS, 600 * MS);
        List<Long> late = List.of(40 * MS, 301 * MS, 600 * MS);

        assertThat(GapStage.gaps(List.of(first, late), MS).max()).isEqualTo(300);
    }

    @Test
    void onlyGapsThatEndAfterTheArrivalCount() {
        List<Long> times = List.of(0L, 500 * MS, 600 * MS);

        assertThat(GapStage.gaps(List.of(times), 501 * MS).max()).isEqualTo(100);
        assertThat(GapStage.gaps(List.of(times), 400 * MS).max()).isEqualTo(500);
    }

    @Test
    void aSequenceThatIsLeftOutIsSeen() {
        List<Long> times = LongStream.range(0, 40).boxed().toList();

        assertThatThrownBy(() -> GapStage.gaps(List.of(times, Collections.nCopies(9, 1L)), 0))
                .hasMessage("tokens of a sequence: 9 (expected: about 40, as of the others)");
    }
}
