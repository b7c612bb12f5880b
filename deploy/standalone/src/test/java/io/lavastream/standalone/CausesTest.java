package io.lavastream.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CausesTest {
    @Test
    void saysWhatFailedAndWhyInOneLine() {
        Exception failure =
                new IllegalStateException(
                        "handshake failed", new Exception("no path to\n a trusted certificate"));

        assertThat(Causes.of(failure))
                .isEqualTo("handshake failed: no path to a trusted certificate");
    }

    @Test
    void saysNothingTwice() {
        Exception cause = new IllegalStateException("connection refused");

        assertThat(Causes.of(new RuntimeException(cause)))
                .isEqualTo("java.lang.IllegalStateException: connection refused");
        assertThat(Causes.of(new RuntimeException("topics: connection refused", cause)))
                .isEqualTo("topics: connection refused");
    }

    @Test
    void namesWhatHasNoMessage() {
        assertThat(Causes.of(new InterruptedException())).isEqualTo("InterruptedException");
    }
}
