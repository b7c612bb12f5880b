package io.lavastream.ingest;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class ThreadFailuresTest {
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final ThreadFailures failures =
            new ThreadFailures(
                    IngestConfig.defaults(
                            "none:1",
                            Registries.withSchemasOf("lane"),
                            IngestSettings.defaults("lane"),
                            Path.of("state")),
                    () -> now);

    @Test
    void endsWhenThreadsKeepFailing() {
        for (int i = 0; i < 10; i++) {
            assertThat(fail()).isEqualTo(REPLACE_THREAD);
            now = now.plusSeconds(29);
        }
        assertThat(failures.ended()).isNotDone();

        assertThat(fail()).isEqualTo(SHUTDOWN_CLIENT);

        assertThatThrownBy(() -> failures.ended().join())
                .hasRootCauseMessage("a bad record")
                .cause()
                .hasMessage(
                        "lavastream-ingest-lane: more than 10 failures in 300 s, the last:"
                                + " java.lang.IllegalArgumentException: a bad record");
    }

    @Test
    void goesOnWhenFailuresAreFarApart() {
        for (int i = 0; i < 100; i++) {
            assertThat(fail()).isEqualTo(REPLACE_THREAD);
            now = now.plus(Duration.ofSeconds(30));
        }
        assertThat(failures.ended()).isNotDone();
    }

    @Test
    void endsAtOnceWhenAnotherProcessHasItsName() {
        assertThat(failures.handle(new StreamsException(new FencedInstanceIdException("fenced"))))
                .isEqualTo(SHUTDOWN_CLIENT);

        assertThatThrownBy(() -> failures.ended().join())
                .cause()
                .hasMessage(
                        "lavastream-ingest-lane: instance '1' runs in another process, too"
                                + " (expected: an --instance of its own for each)");
    }

    private Object fail() {
        return failures.handle(
                new StreamsException("task 0_1", new IllegalArgumentException("a bad record")));
    }
}
