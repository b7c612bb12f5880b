package io.lavastream.loadtests.bench.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
    private static final Duration LENGTH = Duration.ofSeconds(1_000);

    @Test
    void aSeedDecidesAllOfThem() {
        assertThat(Arrivals.of(50, LENGTH, 7))
                .isEqualTo(Arrivals.of(50, LENGTH, 7))
                .isNotEqualTo(Arrivals.of(50, LENGTH, 8));
    }

    @Test
    void theyAreAsManyAsTheRateSaysAndAsIrregularAsThoseOfManyClients() {
        List<Long> arrivals = Arrivals.of(50, LENGTH, 7);

        assertThat(arrivals).isSorted().allMatch(at -> at >= 0 && at < LENGTH.toNanos());
        // A Poisson process: 50 000, give or take four times its square root.
        assertThat(arrivals.size()).isBetween(49_100, 50_900);
        // Of its gaps, exp(-1) are longer than the mean.
        long longer =
                IntStream.range(1, arrivals.size())
                        .filter(i -> arrivals.get(i) - arrivals.get(i - 1) > 20_000_000)
                        .count();
        assertThat(longer / (double) arrivals.size()).isBetween(0.355, 0.381);
    }
}
