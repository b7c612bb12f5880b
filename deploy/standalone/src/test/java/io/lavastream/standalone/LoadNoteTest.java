package io.lavastream.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LoadNoteTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final Progress progress =
            Progress.manual(new PrintStream(written, true, StandardCharsets.UTF_8), true, () -> 0L);

    @Test
    void showsHowMuchOfALargeModelHasLoaded() {
        assertThat(shown(3_149_000_000L, 14_126_000_000L)).endsWith("model 0 s (3.1 of 14.1 GB)");
    }

    @Test
    void showsHowMuchOfASmallModelHasLoaded() {
        assertThat(shown(0, 8_600_000L)).endsWith("model 0 s (0 of 9 MB)");
    }

    @Test
    void endsWithTheLastByte() {
        assertThat(shown(14_126_000_000L, 14_126_000_000L)).endsWith("model 0 s");
    }

    private String shown(long loaded, long total) {
        try (Progress.Step step = progress.begin("model")) {
            step.note("before");
            new LoadNote(step).loaded(loaded, total);
            progress.tick();
            return written.toString(StandardCharsets.UTF_8);
        }
    }
}
