package io.lavastream.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ByteProgressTest {
    @Test
    void saysHowMuchIsDoneAtWhichRate() {
        AtomicLong nanos = new AtomicLong();
        List<String> notes = new ArrayList<>();
        ByteProgress progress = new ByteProgress(notes::add, nanos::get);

        nanos.set(10_000_000_000L);
        progress.loaded(3_500_000_000L, 14_000_000_000L);

        nanos.set(40_000_000_000L);
        progress.loaded(14_000_000_000L, 14_000_000_000L);

        assertThat(notes)
                .containsExactly(
                        "[#####...............] 3.5 of 14.0 GB, 350 MB/s, 30 s left",
                        "(14.0 GB in 40 s)");
    }

    @Test
    void saysNothingBeforeThereIsARate() {
        List<String> notes = new ArrayList<>();

        new ByteProgress(notes::add, () -> 0).loaded(1, 2);

        assertThat(notes).isEmpty();
    }
}
