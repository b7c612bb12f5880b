package io.lavastream.loadtests.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static final List<Fault> ALL = Arrays.asList(Fault.values());

    @Test
    void theSameSeedDrawsTheSameRounds() {
        assertThat(Plan.of(5, 60, ALL)).isEqualTo(Plan.of(5, 60, ALL));
        assertThat(Plan.of(5, 60, ALL)).isNotEqualTo(Plan.of(6, 60, ALL));
    }

    @Test
    void sixtyRoundsStrikeEveryFaultAtLeastTwiceWhateverTheSeed() {
        for (long seed = 0; seed < 200; seed++) {
            Map<Fault, Long> times =
                    Plan.of(seed, 60, ALL).rounds().stream()
                            .flatMap(round -> round.faults().stream())
                            .collect(
                                    Collectors.groupingBy(
                                            Function.identity(), Collectors.counting()));

            assertThat(times).hasSameSizeAs(ALL);
            assertThat(times.values()).allMatch(count -> count >= 2);
        }
    }

    @Test
    void aPairStrikesTwoParts() {
        List<Plan.Round> pairs =
                Plan.of(1, 1000, ALL).rounds().stream()
                        .filter(round -> round.faults().size() > 1)
                        .toList();

        assertThat(pairs).hasSizeGreaterThan(10);
        assertThat(pairs)
                .allSatisfy(
                        round ->
                                assertThat(round.faults().get(0).touched())
                                        .doesNotContainAnyElementsOf(
                                                round.faults().get(1).touched()));
    }

    @Test
    void refusesToRunNothing() {
        assertThatThrownBy(() -> Plan.of(1, 0, ALL)).hasMessage("rounds: 0 (expected: >= 1)");
        assertThatThrownBy(() -> Fault.named("earthquake"))
                .hasMessageStartingWith("fault: 'earthquake' (expected: one of [kill-ingest, ");
    }
}
