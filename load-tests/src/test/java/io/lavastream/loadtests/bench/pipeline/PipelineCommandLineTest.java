package io.lavastream.loadtests.bench.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.loadtests.LoadTests;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PipelineCommandLineTest {
    private final StringWriter err = new StringWriter();

    @Test
    void whatCannotBeMeasuredIsRefusedBeforeAnythingStarts(@TempDir Path used) throws Exception {
        Files.writeString(used.resolve("precious"), "not to be touched");

        assertThat(run("--stub-ms", "20", "--max")).isEqualTo(2);
        assertThat(run("--max", "--backlog", "10")).isEqualTo(2);
        assertThat(run("--stub-ms", "20", "--deadline-ms", "2000")).isEqualTo(2);
        assertThat(run("--lane", "fast", "--shape", "13b")).isEqualTo(2);
        assertThat(run("--rate", "0")).isEqualTo(2);
        assertThat(run("--image-kb", "10000")).isEqualTo(2);
        assertThat(run("--stub-ms", "20", "--keep", used.toString())).isEqualTo(2);
        assertThat(err.toString())
                .contains("max: with a stub (expected: a model")
                .contains("backlog: with --max (expected: with --rate)")
                .contains("deadline-ms: 2000 (expected: with a stub that takes longer)")
                .contains("lane: fast (expected: one of [interactive, bulk])")
                .contains("rate: 0.0 (expected: > 0)")
                .contains("image-kb: 10000 (expected: 0 to 4000)")
                .contains("with precious in it (expected: a new or empty directory)");
        assertThat(used.resolve("precious")).hasContent("not to be touched");
    }

    private int run(String... arguments) {
        CommandLine commandLine = LoadTests.commandLine();
        commandLine.setErr(new PrintWriter(err, true));
        String[] all = new String[arguments.length + 2];
        all[0] = "bench";
        all[1] = "pipeline";
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return commandLine.execute(all);
    }
}
