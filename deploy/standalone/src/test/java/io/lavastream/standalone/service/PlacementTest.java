package io.lavastream.standalone.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlacementTest {
    private static final Optional<String> NONE = Optional.empty();
    private static final Optional<String> BROKER = Optional.of("kafka:9092");
    private static final Optional<String> REGISTRY = Optional.of("http://registry:8081");

    @Test
    void runsEverythingThatHasNoAddress() {
        assertThat(Placement.embedded().roles()).containsExactlyInAnyOrder(Role.values());
        assertThat(Placement.of(BROKER, REGISTRY).roles())
                .containsExactlyInAnyOrder(Role.INGEST, Role.JOB);
    }

    @Test
    void needsTheAddressOfWhatItDoesNotRun() {
        assertThatThrownBy(() -> new Placement(Set.of(Role.JOB), BROKER, NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "schema-registry-url: none (expected: an address, as this process does not run the registry)");
    }

    @Test
    void refusesTheAddressOfWhatItRuns() {
        assertThatThrownBy(() -> new Placement(Set.of(Role.BROKER), BROKER, NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "bootstrap-servers: kafka:9092 (expected: none, as this process runs the broker)");
    }

    @Test
    void letsABrokerStandAlone() {
        Placement broker = new Placement(Set.of(Role.BROKER), NONE, NONE);

        assertThat(broker.works()).isFalse();
        assertThat(broker.runs(Role.BROKER)).isTrue();
    }
}
