package io.lavastream.loadtests.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class SamplesTest {
    @Test
    void percentilesLieBetweenTheNearestSamplesInOrder() {
        Samples samples = of(40, 10, 30, 20);

        assertThat(samples.min()).isEqualTo(10);
        assertThat(samples.median()).isEqualTo(25);
        assertThat(samples.percentile(75)).isEqualTo(32.5);
        assertThat(samples.max()).isEqualTo(40);
    }

    @Test
    void oneSampleIsEveryPercentile() {
        assertThat(of(7).percentile(1)).isEqualTo(7);
        assertThat(of(7).percentile(99)).isEqualTo(7);
    }

    @Test
    void noSamplesHaveNoMedian() {
        assertThatThrownBy(of()::median).hasMessage("samples: none (expected: at least one)");
    }

    @Test
    void aPercentileBeyondAHundredIsRefused() {
        assertThatThrownBy(() -> of(1).percentile(101))
                .hasMessage("percent: 101.0 (expected: 0 to 100)");
    }

    private static Samples of(double... values) {
        Samples samples = new Samples();
        DoubleStream.of(values).forEach(samples::add);
        return samples;
    }
}
