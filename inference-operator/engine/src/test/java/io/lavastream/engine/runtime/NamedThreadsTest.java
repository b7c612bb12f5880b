package io.lavastream.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Scanner;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class NamedThreadsTest {
    /** Fields behind the name in parentheses, of which this is the nice value. */
    private static final int NICE = 16;

    @Test
    @EnabledOnOs(OS.LINUX)
    void someStandBack() {
        int usual = nice(new NamedThreads("usual"));

        assertThat(nice(NamedThreads.standingBack("standing-back"))).isEqualTo(usual + 5);
        assertThat(nice(new NamedThreads("usual"))).isEqualTo(usual);
    }

    private static int nice(NamedThreads threads) {
        return CompletableFuture.supplyAsync(
                        NamedThreadsTest::niceOfThisThread, task -> threads.newThread(task).start())
                .join();
    }

    private static int niceOfThisThread() {
        try {
            String stat = Files.readString(Path.of("/proc/thread-self/stat"));
            Scanner fields = new Scanner(stat.substring(stat.lastIndexOf(')') + 2));
            return Integer.parseInt(fields.tokens().skip(NICE).findFirst().orElseThrow());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
