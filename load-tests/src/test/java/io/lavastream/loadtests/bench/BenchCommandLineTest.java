package io.lavastream.loadtests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.loadtests.LoadTests;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class BenchCommandLineTest {
    private final StringWriter err = new StringWriter();

    @Test
    void promptsLongerThanASlotAreRefused() {
        assertThat(run("bench", "engine", "--prompt-tokens", "1000", "--new-tokens", "32"))
                .isEqualTo(2);
        assertThat(err)
                .hasToString(
                        "lavastream: prompt-tokens: 1000 (expected: 1 to 992, with new-tokens 32 at most 1024)%n"
                                .formatted());
    }

    @Test
    void theLargeShapesHaveNoPeer() {
        assertThat(run("bench", "engine", "--shape", "7b", "--peer")).isEqualTo(2);
        assertThat(err.toString())
                .contains("peer: with shape 7b (expected: small, medium or tiny)");
    }

    @Test
    void unknownNamesAreAnsweredWithThoseThatAreKnown() {
        assertThat(run("bench", "engine", "--shape", "huge")).isEqualTo(2);
        assertThat(run("bench", "engine", "--weights", "int3")).isEqualTo(2);
        assertThat(run("bench", "engine", "--only", "decode,speed")).isEqualTo(2);
        assertThat(err.toString())
                .contains("shape: huge (expected: 7b, 13b, medium, small or tiny)")
                .contains("'int3' (expected: one of [f32, fp16, bf16")
                .contains("'speed' (expected: one of memory, overhead, reuse");
    }

    private int run(String... arguments) {
        CommandLine commandLine = LoadTests.commandLine();
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(arguments);
    }
}
