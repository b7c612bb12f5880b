package io.lavastream.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final PrintStream err = new PrintStream(written, true, StandardCharsets.UTF_8);
    private final AtomicLong nanos = new AtomicLong();

    @Test
    void rewritesOneLineOnATerminal() {
        Progress progress = Progress.manual(err, true, nanos::get);
        Progress.Step broker = progress.begin("broker");
        Progress.Step model = progress.begin("model");
        model.note("40 %");
        pass(3);
        progress.tick();
        broker.close();
        progress.tick();
        model.close();

        String rewrite = "\r\u001b[K";
        assertThat(text())
                .isEqualTo(
                        (rewrite + "broker 3 s, model 3 s 40 %" + rewrite + "broker 3 s\n")
                                + (rewrite + "model 3 s 40 %" + rewrite + "model 3 s 40 %\n"));
    }

    @Test
    void saysNothingElsewhereAboutWhatIsQuick() {
        Progress progress = Progress.manual(err, false, nanos::get);
        pass(9);
        Progress.Step step = progress.begin("broker");
        pass(9);
        progress.tick();
        step.close();

        assertThat(text()).isEmpty();
    }

    @Test
    void printsALineNowAndThenElsewhere() {
        Progress progress = Progress.manual(err, false, nanos::get);
        Progress.Step step = progress.begin("model");
        for (int second = 0; second < 25; second++) {
            pass(1);
            progress.tick();
        }
        step.close();

        assertThat(text()).isEqualTo("model 10 s\nmodel 20 s\n");
    }

    private void pass(long seconds) {
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }

    private String text() {
        return written.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }
}
