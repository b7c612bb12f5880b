package io.lavastream.loadtests.bench.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
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

        assertThat(process.waitFor()).isZero();
    }

    /** The child. */
    static final class Start {
        public static void main(String[] arguments) {
            OnnxRuntime.environment();
        }
    }
}
