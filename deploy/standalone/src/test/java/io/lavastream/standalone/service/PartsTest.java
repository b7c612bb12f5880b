package io.lavastream.standalone.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PartsTest {
    private final List<String> closed = new ArrayList<>();
    private final Parts parts = new Parts();

    @Test
    void stopsInReverseOrderOnceAndGoesOnAfterAFailure() {
        parts.add(part("broker"));
        parts.add(
                part(
                        () -> {
                            throw new IllegalStateException("stuck");
                        }));
        parts.add(part("job"));

        parts.close();
        parts.close();

        assertThat(closed).containsExactly("job", "broker");
    }

    private AutoCloseable part(String name) {
        return part(() -> closed.add(name));
    }

    private static AutoCloseable part(Runnable close) {
        return close::run;
    }
}
