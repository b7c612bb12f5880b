package io.lavastream.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.job.JobConfig.Lane;
import io.lavastream.job.images.UriPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JobConfigTest {
    private static final JobConfig CONFIG =
            JobConfig.of(
                    "localhost:9092",
                    "mock://config",
                    List.of(new Lane("interactive", 8), new Lane("bulk", 4)),
                    Path.of("checkpoints"));

    @Test
    void statesItsDefaults() {
        assertThat(CONFIG.parallelism()).isEqualTo(1);
        assertThat(CONFIG.places()).isEqualTo(12);
        assertThat(CONFIG.requestTimeout()).isEqualTo(Duration.ofHours(6));
        assertThat(CONFIG.images().timeout()).isEqualTo(Duration.ofMinutes(10));
        assertThat(CONFIG.checkpoints().retained()).isEqualTo(3);
        assertThat(CONFIG.checkpoints().interval()).isEqualTo(Duration.ofSeconds(10));
        assertThat(CONFIG.images().uris().hosts()).isEmpty();
    }

    @Test
    void namesTheSettingTheValueAndWhatIsExpected() {
        assertThatThrownBy(() -> new Lane("bulk", 0))
                .hasMessage("capacity of lane 'bulk': 0 (expected: >= 1)");
        assertThatThrownBy(() -> CONFIG.withRequestTimeout(Duration.ZERO))
                .hasMessage("request-timeout: PT0S (expected: > 0)");
        assertThatThrownBy(() -> new KafkaSettings(" ", Map.of()))
                .hasMessageContaining("bootstrap-servers");
        assertThatThrownBy(() -> new UriPolicy(Set.of("a"), Set.of("b"), 1, Duration.ofSeconds(1)))
                .hasMessageContaining("image-uri-private-hosts");
    }

    @Test
    void showsNoSecrets() {
        KafkaSettings kafka =
                new KafkaSettings("localhost:9092", Map.of("sasl.jaas.config", "hush"));

        assertThat(kafka.toString()).isEqualTo("localhost:9092");
    }
}
