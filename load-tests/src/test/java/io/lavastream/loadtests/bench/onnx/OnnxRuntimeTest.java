package io.lavastream.loadtests.bench.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OnnxRuntimeTest {
    @Test
    void startsInAProcessWithALongCommandLine() throws Exception {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Dpadding=" + "a/b.jar:".repeat(8_000),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Start.class.getName())
                        .inheritIO()
                        .start();

        try {
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    /** The child. */
    static final class Start {
        public static void main(String[] arguments) {
            OnnxRuntime.environment();
        }
    }
}
